package io.sluice.outbound.http.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.dialer.layer.LayerAttempt;

/** What the status of an answer to CONNECT means, in whichever version of HTTP. */
final class ConnectAnswer {

    /** RFC 9110 §15.2. */
    static final int INTERIM = 100;

    private static final int OK = 200;
    private static final int REDIRECTION = 300;

    private ConnectAnswer() {}

    /** RFC 9110 §9.3.6: 2xx, and the stream is a tunnel. */
    static boolean isTunnel(int status) {
        return status >= OK && status < REDIRECTION;
    }

    /** RFC 9110 §15.2: the real answer follows. */
    static boolean isInterim(int status) {
        return status >= INTERIM && status < OK;
    }

    /**
     * Ends the attempt.
     *
     * @param named whether a user is configured
     * @param shown the answer, for people
     */
    static void refuse(LayerAttempt attempt, HttpCounters counters, boolean named, int status, String shown) {
        if (status == 407) {
            counters.authFailures.increment();
            attempt.fail(
                    CloseReason.PROXY_AUTH_FAILED,
                    named
                            ? "refused the configured user name and password"
                            : "wants credentials, and none are configured: set user and pass");
        } else {
            attempt.fail(reason(status), "answered \"" + printable(shown) + "\"");
        }
    }

    private static CloseReason reason(int status) {
        return switch (status) {
            case 403 -> CloseReason.POLICY_REJECTED;
            case 504 -> CloseReason.CONNECT_TIMEOUT;
            default -> CloseReason.PROXY_FAILED;
        };
    }

    private static String printable(String line) {
        String printable = line.replaceAll("[^ -~]", "?");
        return printable.length() > 60 ? printable.substring(0, 60) + "…" : printable;
    }
}
