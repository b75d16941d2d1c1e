package io.sluice.api.outbound;

import io.sluice.api.flow.CloseReason;
import java.util.Objects;

/** An attempt to open failed. Without a stack trace: it is an answer, and frequent. */
public final class ConnectException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Where it failed: whether another outbound could do better. */
    public enum Blame {
        /** On the way: with us, with the server of the outbound, or in the conversation with it. */
        WAY,
        /** Beyond: whoever was to open it works, and has said, or waited to be told, that the destination does not. */
        DESTINATION,
        /** It was left to another flow, which tells its reason and no more: the way or the destination. */
        UNKNOWN
    }

    private final CloseReason reason;
    private final Blame blame;

    /**
     * On the way.
     *
     * @param reason what the client is told by
     * @param detail one sentence: protocol, server, destination and what it said; never a secret
     */
    public ConnectException(CloseReason reason, String detail, Throwable cause) {
        this(reason, detail, cause, Blame.WAY);
    }

    public ConnectException(CloseReason reason, String detail) {
        this(reason, detail, null);
    }

    private ConnectException(CloseReason reason, String detail, Throwable cause, Blame blame) {
        super(detail, cause, false, false);
        this.reason = reason;
        this.blame = Objects.requireNonNull(blame, "blame");
    }

    public CloseReason reason() {
        return reason;
    }

    public Blame blame() {
        return blame;
    }

    /** The same failure, with this blame. */
    public ConnectException blaming(Blame whom) {
        return whom == blame ? this : new ConnectException(reason, getMessage(), getCause(), whom);
    }
}
