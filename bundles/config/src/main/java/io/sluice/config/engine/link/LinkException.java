package io.sluice.config.engine.link;

/** A link that cannot be taken: a field of it, and why. Never holds a secret. Without a stack trace: it is an answer. */
public final class LinkException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * @param field as the link calls it; {@code link} for the whole
     * @param reason one sentence without a full stop
     */
    LinkException(String field, String reason) {
        super(field + ": " + reason, null, false, false);
        this.field = field;
    }

    public String field() {
        return field;
    }
}
