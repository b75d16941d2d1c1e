package io.sluice.api.redirect;

/** The host refused to redirect, or to stop it. */
public final class RedirectException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message what was refused, in whose words, and what to do */
    public RedirectException(String message, Throwable cause) {
        super(message, cause);
    }
}
