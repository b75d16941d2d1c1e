package io.sluice.api.netstack;

/** A stack could not be attached; the message says why and what to do. */
public final class StackException extends Exception {

    private static final long serialVersionUID = 1L;

    public StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
