package io.sluice.launcher;

/** A start that cannot go on. The message is a whole sentence for the operator: what, where, what to do. */
final class LaunchException extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    LaunchException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    LaunchException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    static LaunchException invalid(String message) {
        return new LaunchException(ExitCode.INVALID_CONFIGURATION, message);
    }

    static LaunchException failed(String message) {
        return new LaunchException(ExitCode.FAILURE, message);
    }

    static LaunchException failed(String message, Throwable cause) {
        return new LaunchException(ExitCode.FAILURE, message, cause);
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
