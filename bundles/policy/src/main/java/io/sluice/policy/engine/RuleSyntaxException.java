package io.sluice.policy.engine;

/** A rule cannot be read; the message says what is wrong, where, and what to write. */
public final class RuleSyntaxException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int column;

    RuleSyntaxException(int column, String message) {
        super("column " + column + ": " + message);
        this.column = column;
    }

    /** Where, counted in characters from 1. */
    public int column() {
        return column;
    }
}
