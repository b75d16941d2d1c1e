package io.sluice.shadowsocks;

/** Something that was read is wrong; whoever knows where it came from says so. Without a stack trace. */
public final class FaultException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Fault fault;

    public FaultException(Fault fault) {
        super(fault.sentence(), null, false, false);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
