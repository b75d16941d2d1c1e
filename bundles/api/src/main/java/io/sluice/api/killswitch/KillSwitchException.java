package io.sluice.api.killswitch;

/** The host's filter is not as it was asked to be; what was in force before still is. */
public final class KillSwitchException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What kind of thing went wrong. */
    public enum Code {
        /** This host has no packet filter that we can use. */
        FILTER_ABSENT,
        /** Not permitted. */
        FILTER_DENIED,
        /** The kernel refused the rules. */
        FILTER_REFUSED,
        /** The kernel holds something else than what was set. */
        FILTER_DIFFERS,
        /** What has to outlive the process could not be written, so nothing was changed. */
        STATE_NOT_KEPT
    }

    private final Code code;

    /** @param message what was asked, what came back, and what to do */
    public KillSwitchException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
