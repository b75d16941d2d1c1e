package io.sluice.proxycodec.mux;

import io.sluice.proxycodec.MalformedMessageException;

/** What a frame does to its session. */
public enum MuxStatus {
    /** Opens it. */
    NEW(1),
    /** Belongs to it. */
    KEEP(2),
    /** Ends it, in both directions. */
    END(3),
    /** Means nothing. */
    KEEP_ALIVE(4);

    private final int code;

    MuxStatus(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static MuxStatus of(int code) throws MalformedMessageException {
        return switch (code) {
            case 1 -> NEW;
            case 2 -> KEEP;
            case 3 -> END;
            case 4 -> KEEP_ALIVE;
            default -> throw new MalformedMessageException("frame status " + code + " is not 1, 2, 3 or 4");
        };
    }
}
