package io.sluice.launcher;

/** How the process ends, as service managers and scripts see it. */
enum ExitCode {
    /** Stopped because somebody asked for it. */
    OK(0),
    /** Something failed at run time: another start may help. */
    FAILURE(1),
    /** The framework asked for a new process (system bundle updated, or a framework extension changed): start it again. */
    RESTART(10),
    /** The launcher's configuration is wrong: another start cannot help (systemd: {@code RestartPreventExitStatus=23}). */
    INVALID_CONFIGURATION(23);

    private final int value;

    ExitCode(int value) {
        this.value = value;
    }

    int value() {
        return value;
    }
}
