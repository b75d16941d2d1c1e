package io.sluice.shell.engine;

/** A command could not do what it was asked. The message says what, where and what to do. */
public final class CommandFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    public CommandFailure(ExitCode code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public ExitCode code() {
        return code;
    }
}
