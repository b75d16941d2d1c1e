package io.sluice.outbound.balancer.engine;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One flow being opened, by one member after the other.
 *
 * <pre>
 * event                                        action
 * begun                                        ask the first member that is up
 * a member fails on the way                    it is down; ask the next at once
 * a member passes (not this kind of traffic)   ask the next at once
 * a member says what is with the destination   the flow ends so, and the silent ones as before
 * a member is silent, PATIENCE has passed      ask the next beside it (RFC 8305 §5), unless the silent one has answered somebody meanwhile
 * … and no other is up, DESPAIR has passed     ask whoever is down, beside it
 * no other is up, and none is under way        the same at once
 * a member opens                               the flow takes it; of each that has been silent for PATIENCE one attempt goes on, so that its end tells
 *                                              whose the silence is, the member's or the destination's; all others are cancelled
 * a member's service goes away                 as if it had passed
 * nobody is left                               the flow fails, and each is named with its reason
 * cancelled                                    all are cancelled
 * </pre>
 *
 * Every attempt has all of the time that is left to the flow, because a destination may be slow without any member's fault: so what is silent is not cut off, but
 * something else is tried beside it, and with 10 s (the flow room's connect time-out) four silent members cost 8 s. Loop thread only.
 */
final class Opening<T> {

    /**
     * After which silence another member is asked: RFC 8305 §8's longest delay between attempts. What is waited for is not a SYN, ACK but a whole conversation with a
     * proxy, and the usual quarter of a second would ask two proxies for every distant destination; two seconds leave room for one lost SYN (RFC 6298 §2: 1 s) and for TLS.
     */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /**
     * After which time whoever is left is asked beside members that are silent: half of the flow room's usual connect time-out, so that as much is left for it. A flow that has less
     * in all gives half of that.
     */
    static final Duration DESPAIR = Duration.ofSeconds(5);

    private final Balancer balancer;
    private final Kind<T> kind;
    private final OpenRequest request;
    private final EventLoop loop;
    private final Promise<T> result;
    private final Choice choice;
    private final long begunNanos;
    private final long timeoutNanos;
    private final List<Attempt<T>> pending = new ArrayList<>(2);
    private final Failures failures = new Failures();
    private Attempt<T> first;
    private Attempt<T> last;
    private int answersSeen;
    private ScheduledFuture<?> timer;

    Opening(Balancer balancer, Kind<T> kind, OpenRequest request, Choice choice, long nowNanos) {
        this.balancer = balancer;
        this.kind = kind;
        this.request = request;
        this.loop = request.eventLoop();
        this.result = loop.newPromise();
        this.choice = choice;
        this.begunNanos = nowNanos;
        this.timeoutNanos = request.timeout().toNanos();
    }

    Future<T> begin() {
        result.addListener(done -> {
            if (done.isCancelled()) {
                settle(null, now());
            }
        });
        next();
        return result;
    }

    private void next() {
        long now = now();
        if (result.isDone()) {
            return;
        }
        Member member = null;
        if (leftNanos(now) > 0) {
            member = choice.usable(now);
            if (member == null && pending.isEmpty()) {
                member = choice.reserve(now);
            }
        }
        if (member != null) {
            ask(member, now);
        } else if (pending.isEmpty()) {
            fail(failures.areNone() ? balancer.nobody(kind) : failures.all(balancer.tag()));
        }
    }

    private void ask(Member member, long now) {
        Attempt<T> attempt = new Attempt<>(this, member, kind, loop, choice.isTrying());
        pending.add(attempt);
        last = attempt;
        answersSeen = attempt.answersBefore();
        if (first == null) {
            first = attempt;
            attempt.begin(request);
        } else {
            attempt.begin(new OpenRequest(
                    request.flowId(), request.source(), request.destination(), loop, Duration.ofNanos(leftNanos(now))));
        }
        if (pending.contains(attempt)) {
            await(now);
        }
    }

    /** Sets the time after which somebody else is asked beside the last one. */
    private void await(long now) {
        stopTimer();
        long left = leftNanos(now);
        if (choice.hasMore() && left > 0) {
            long delay = Math.min(PATIENCE.toNanos(), left / 2);
            long hope = begunNanos + hopeNanos() - now;
            timer = loop.schedule(this::silent, hope > 0 ? Math.min(delay, hope) : delay, TimeUnit.NANOSECONDS);
        }
    }

    private void silent() {
        timer = null;
        long now = now();
        if (result.isDone() || leftNanos(now) < Duration.ofMillis(1).toNanos()) {
            return;
        }
        int answers = last.member().health().answers();
        Member member = null;
        if (answers == answersSeen) {
            member = choice.usable(now);
            if (member == null && now - begunNanos >= hopeNanos()) {
                member = choice.reserve(now);
            }
        }
        answersSeen = answers;
        if (member == null) {
            await(now);
        } else {
            ask(member, now);
            // Whoever was asked, and those behind it, may have failed at once: then the silent ones are all there is.
            if (!pending.isEmpty() && timer == null) {
                await(now);
            }
        }
    }

    void succeeded(Attempt<T> attempt, T opened) {
        long now = now();
        Member member = attempt.member();
        if (member.isWithdrawn()) {
            attempt.cancel();
            kind.discard(opened);
            failed(attempt, Attempt.withdrawn());
            return;
        }
        pending.remove(attempt);
        if (kind == Kind.STREAM) {
            member.health().answered(now);
        }
        settle(attempt, now);
        if (!result.setUncancellable()) {
            attempt.cancel();
            kind.discard(opened);
            return;
        }
        balancer.opened(kind, member, attempt != first, now);
        attempt.keep(opened);
        result.setSuccess(opened);
    }

    void failed(Attempt<T> attempt, Throwable cause) {
        long now = now();
        pending.remove(attempt);
        Verdict verdict = Verdict.of(cause, kind == Kind.STREAM);
        Health health = attempt.member().health();
        if (Verdict.isAnswer(cause)) {
            health.answered(now);
        } else if (verdict == Verdict.DOWN && !isTooSoon(attempt, cause, now)) {
            health.failed(Failures.kind(cause), attempt.answersBefore(), attempt.isTrying(), now);
        } else if (attempt.isTrying()) {
            health.unheard(now);
        }
        if (!(cause instanceof ConnectException)) {
            balancer.log().fault(attempt.member().tag(), cause, now);
        }
        if (verdict == Verdict.FINAL) {
            settle(attempt, now);
            fail(cause);
        } else {
            failures.note(attempt.member().tag(), cause);
            next();
        }
    }

    /** Who is asked last has little time left, and its silence says little. */
    private boolean isTooSoon(Attempt<T> attempt, Throwable cause, long now) {
        return cause instanceof ConnectException failure
                && failure.reason() == CloseReason.CONNECT_TIMEOUT
                && !hasBeenPatient(attempt, now);
    }

    private boolean hasBeenPatient(Attempt<T> attempt, long now) {
        return attempt.age(now).toNanos() >= Math.min(PATIENCE.toNanos(), timeoutNanos / 2);
    }

    /** It is decided, by an attempt or (null) by the flow's end. */
    private void settle(Attempt<T> decisive, long now) {
        stopTimer();
        for (Attempt<T> other : pending) {
            Health health = other.member().health();
            if (decisive != null
                    && hasBeenPatient(other, now)
                    && !other.hasMemberAnswered()
                    && health.beginWatching()) {
                other.goOn(end -> watched(other, end));
            } else {
                if (other.isTrying()) {
                    health.unheard(now);
                }
                other.cancel();
            }
        }
        pending.clear();
    }

    /** How an attempt has ended that no flow wanted any more. */
    private void watched(Attempt<T> attempt, Future<T> end) {
        long now = now();
        Health health = attempt.member().health();
        health.endWatching();
        if (end.isSuccess() && kind == Kind.STREAM || !end.isSuccess() && Verdict.isAnswer(end.cause())) {
            health.answered(now);
        } else if (!end.isSuccess()
                && !end.isCancelled()
                && Verdict.of(end.cause(), kind == Kind.STREAM) == Verdict.DOWN) {
            health.failed(Failures.kind(end.cause()), attempt.answersBefore(), attempt.isTrying(), now);
        } else if (attempt.isTrying()) {
            health.unheard(now);
        }
    }

    private void fail(Throwable cause) {
        stopTimer();
        if (result.setUncancellable()) {
            balancer.failed(kind);
            result.setFailure(cause);
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** How long members that are up have before others are asked. */
    private long hopeNanos() {
        return Math.min(DESPAIR.toNanos(), timeoutNanos / 2);
    }

    private long now() {
        return loop.ticker().nanoTime();
    }

    private long leftNanos(long now) {
        return begunNanos + timeoutNanos - now;
    }
}
