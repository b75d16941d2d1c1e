package io.sluice.shadowsocks;

import java.io.IOException;

/** The far side does not keep to the protocol, or is not who it should be. Without a stack trace: frequent, and not our fault. */
public final class ShadowsocksException extends IOException {

    private static final long serialVersionUID = 1L;

    private final Fault fault;

    /** @param subject who is at fault, e.g. {@code shadowsocks 192.0.2.1:8388} */
    public ShadowsocksException(String subject, Fault fault) {
        super(subject + " " + fault.sentence());
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
