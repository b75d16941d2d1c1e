package io.sluice.flow.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What flows have learned of one outbound: whether it opens any. Any thread, without a lock.
 *
 * <pre>
 * event                                                             action
 * a stream is opened, an association gets its first datagram        answers + 1
 * a destination refused, as the far side says (blame: destination)  answers + 1
 * a flow fails on the way, no answer since it began                 failures + 1; of none that an answer has made void: 1
 * a flow fails otherwise, or is given up                            nothing
 * </pre>
 *
 * Failures count as long as there is no answer after them, so an answer costs one increment and clears nothing. That an association is opened is no answer: most
 * protocols send nothing before its first datagram. The same rules as a balancer's for its members.
 */
final class OutboundHealth {

    /** Failures in a row that are trouble. Ours: an outbound that is being exchanged fails a flow for some 50 ms, and that is none. */
    static final int TROUBLE = 2;

    /** What says that the way or the server is to blame; the rest is of this host, of the kind of traffic, or somebody's wish. */
    private static final Set<CloseReason> TELLING = EnumSet.of(
            CloseReason.CONNECT_REFUSED,
            CloseReason.CONNECT_TIMEOUT,
            CloseReason.UNREACHABLE,
            CloseReason.RESOLVE_FAILED,
            CloseReason.PROXY_AUTH_FAILED,
            CloseReason.PROXY_FAILED,
            CloseReason.TLS_FAILED);

    /** @param answers how many there had been; with another number it is void */
    private record Failing(OutboundTrouble trouble, int answers) {

        Failing again(CloseReason reason, String detail, Instant now) {
            boolean same = reason == trouble.reason();
            return new Failing(
                    new OutboundTrouble(
                            trouble.since(), reason, same ? trouble.detail() : detail, now, trouble.failures() + 1),
                    answers);
        }
    }

    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicReference<Failing> failing = new AtomicReference<>();

    /** How many answers there have been; it only matters whether that has changed. */
    int answers() {
        return answers.get();
    }

    /** It works. */
    void answered() {
        answers.incrementAndGet();
    }

    /**
     * A flow was not opened.
     *
     * @param answersBefore what {@link #answers} was when the flow began
     */
    void failed(ConnectException failure, int answersBefore, Instant now) {
        CloseReason reason = failure.reason();
        if (failure.blame() == Blame.DESTINATION) {
            if (reason == CloseReason.CONNECT_REFUSED) {
                answered();
            }
        } else if (failure.blame() == Blame.WAY && TELLING.contains(reason) && answers.get() == answersBefore) {
            String why = failure.getMessage();
            String detail = why == null ? reason.sentence() : SystemErrors.clean(why);
            failing.updateAndGet(before -> before == null || before.answers != answersBefore
                    ? new Failing(new OutboundTrouble(now, reason, detail, now, 1), answersBefore)
                    : before.again(reason, detail, now));
        }
    }

    Optional<OutboundTrouble> trouble() {
        Failing now = failing.get();
        return now != null && now.answers == answers.get() && now.trouble.failures() >= TROUBLE
                ? Optional.of(now.trouble)
                : Optional.empty();
    }
}
