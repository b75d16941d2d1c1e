package io.sluice.api.egress;

/** There is no physical interface to send by; the message says which was wanted. */
public final class EgressException extends Exception {

    private static final long serialVersionUID = 1L;

    public EgressException(String message, Throwable cause) {
        super(message, cause);
    }

    public EgressException(String message) {
        this(message, null);
    }
}
