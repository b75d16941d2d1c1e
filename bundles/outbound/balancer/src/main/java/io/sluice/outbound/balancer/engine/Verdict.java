package io.sluice.outbound.balancer.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;

/** What a member's failure means. */
enum Verdict {
    /** It works, and has said what there is to say: the flow ends so. */
    FINAL,
    /** Not this flow by this member, of which it says nothing: the next one. */
    PASSED,
    /** It does not work: the next one. */
    DOWN;

    /** @param streams whether a stream was to be opened; an association goes to many hosts, so none of them is to blame for it */
    static Verdict of(Throwable cause, boolean streams) {
        if (!(cause instanceof ConnectException failure)) {
            return DOWN; // it threw what it must not
        }
        return switch (failure.reason()) {
            case POLICY_REJECTED, POLICY_DROPPED -> FINAL;
            // Of this host, of the kind of traffic, or on their way elsewhere.
            case EGRESS_UNAVAILABLE,
                    EGRESS_LOST,
                    LIMIT_REACHED,
                    LOOP,
                    OUTBOUND_ABSENT,
                    OUTBOUND_UNSUPPORTED,
                    OUTBOUND_WITHDRAWN,
                    POLICY_ABSENT,
                    SHUTDOWN -> PASSED;
            // A proxy that says only that it failed leaves open whether it did, or the destination; another one's line
            // may reach what this one's does not, and its resolver know, or its protocol carry, another name.
            case PROXY_FAILED, UNREACHABLE, RESOLVE_FAILED -> failure.blame() == Blame.WAY ? DOWN : PASSED;
            default ->
                switch (failure.blame()) {
                    case WAY -> DOWN;
                    case DESTINATION -> streams ? FINAL : PASSED;
                    case UNKNOWN -> PASSED;
                };
        };
    }

    /** Whether the failure proves that the member works: it was asked, and a far host has said no. Much else that a destination is to blame for is found out here. */
    static boolean isAnswer(Throwable cause) {
        return cause instanceof ConnectException failure
                && failure.blame() == Blame.DESTINATION
                && failure.reason() == CloseReason.CONNECT_REFUSED;
    }
}
