package io.sluice.shell.engine;

/** Exit statuses of commands. A state is not an error: {@code status} ends with 0 though the tunnel is off. */
public enum ExitCode {
    OK(0),
    FAILED(1),
    USAGE(2),
    NOT_FOUND(3),
    REFUSED(4),
    UNREACHABLE(5),
    TIMEOUT(6),
    CONFLICT(7),
    /** {@code status --exit-code}: being set up or taken down. */
    CHANGING(10),
    /** {@code status --exit-code}: off. */
    OFF(11),
    /** {@code status --exit-code}: up, but new flows are refused. */
    DEGRADED(13),
    /** systemd's RestartPreventExitStatus for a configuration that cannot work; the same number as Xray's. */
    INVALID_CONFIGURATION(23),
    /** 128 + SIGINT (2). */
    INTERRUPTED(130);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }
}
