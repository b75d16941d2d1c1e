package io.sluice.outbound.balancer.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import java.util.StringJoiner;

/** Why each member failed one flow. */
final class Failures {

    /** Members that are named in a sentence; ours: what a person reads. */
    private static final int NAMED = 8;

    private final StringJoiner sentences = new StringJoiner("; ");
    private CloseReason reason;
    private int number;
    private Blame blame;

    void note(String tag, Throwable cause) {
        if (number++ < NAMED) {
            sentences.add("'" + tag + "' " + text(cause));
        }
        Blame whose = cause instanceof ConnectException failure ? failure.blame() : Blame.WAY;
        blame = blame == null || blame == whose ? whose : Blame.UNKNOWN;
        CloseReason its = cause instanceof ConnectException failure ? failure.reason() : CloseReason.INTERNAL_ERROR;
        if (reason == null || reason == its) {
            reason = its;
        } else {
            reason = CloseReason.PROXY_FAILED;
        }
    }

    /** What a member's failure says; never a secret, as no {@link ConnectException} has one. */
    static String text(Throwable cause) {
        return cause instanceof ConnectException failure
                ? failure.reason() + ": " + failure.getMessage()
                : "failed: " + cause.getClass().getSimpleName();
    }

    /** The same for everybody to read: the sentence names the destination of the one flow. */
    static String kind(Throwable cause) {
        return cause instanceof ConnectException failure
                ? failure.reason() + ": " + failure.reason().sentence()
                : cause.getClass().getSimpleName();
    }

    boolean areNone() {
        return number == 0;
    }

    /** All of them as one: by the reason and the blame that they share, or as the failure of proxies that nobody knows whose it is. */
    ConnectException all(String balancer) {
        String more = number > NAMED ? "; and " + (number - NAMED) + " more" : "";
        return new ConnectException(
                        reason.refusal() ? reason : CloseReason.OUTBOUND_ABSENT,
                        "no outbound of the balancer '" + balancer + "' opened it: " + sentences + more)
                .blaming(blame);
    }
}
