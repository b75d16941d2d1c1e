package io.sluice.api.outbound;

import io.sluice.api.flow.CloseReason;

/** An attempt to open failed. Without a stack trace: it is an answer, and frequent. */
public final class ConnectException extends Exception {

    private static final long serialVersionUID = 1L;

    private final CloseReason reason;

    /**
     * @param reason what the client is told by
     * @param detail one sentence: protocol, server, destination and what it said; never a secret
     */
    public ConnectException(CloseReason reason, String detail, Throwable cause) {
        super(detail, cause, false, false);
        this.reason = reason;
    }

    public ConnectException(CloseReason reason, String detail) {
        this(reason, detail, null);
    }

    public CloseReason reason() {
        return reason;
    }
}
