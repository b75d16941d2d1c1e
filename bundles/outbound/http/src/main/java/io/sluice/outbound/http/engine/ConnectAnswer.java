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
        } else if (isOfDestination(status)) {
            attempt.failBeyond(reason(status), "answered \"" + printable(shown) + "\"");
        } else {
            attempt.fail(reason(status), "answered \"" + printable(shown) + "\"");
        }
    }

    /**
     * Whether it speaks of the destination, or may: 403 of what is not allowed; of what cannot be reached 502 and 504 (RFC 9110 §15.6), 503 (Squid, Privoxy), 500
     * (tinyproxy); of a name that is unknown 404 (Privoxy, Envoy), or is none 400. Others are of a server that is no proxy, or not one for us.
     */
    private static boolean isOfDestination(int status) {
        return switch (status) {
            case 400, 403, 404, 500, 502, 503, 504 -> true;
            default -> false;
        };
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
