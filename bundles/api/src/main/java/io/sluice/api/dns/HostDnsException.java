package io.sluice.api.dns;

/** The host's resolver was not set as wanted, and is as before. */
public final class HostDnsException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message what was asked, what came back, and what to do */
    public HostDnsException(String message, Throwable cause) {
        super(message, cause);
    }

    public HostDnsException(String message) {
        this(message, null);
    }
}
