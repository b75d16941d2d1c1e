package io.sluice.outbound.balancer.engine;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One member asked to open one flow, and, if it did, what it opened.
 *
 * <p>States: begun → opened → over; or over at once, when it fails, is not wanted any more or its member goes away. On the flow's loop, but for what says otherwise.
 */
final class Attempt<T> implements FutureListener<T> {

    private final Member member;
    private final Kind<T> kind;
    private final EventLoop loop;
    private final boolean trying;
    private final long begunNanos;
    private final int answersBefore;
    /** Null once there is nothing to be opened any more, so that a long flow does not hold it. */
    private Opening<T> opening;

    /** Of one that goes on for its member's sake; else null. */
    private Consumer<Future<T>> verdict;

    private Future<T> future;
    private T opened;
    private boolean over;

    /** @param trying whether the member is down, and this tells whether it is up again */
    Attempt(Opening<T> opening, Member member, Kind<T> kind, EventLoop loop, boolean trying) {
        this.opening = opening;
        this.member = member;
        this.kind = kind;
        this.loop = loop;
        this.trying = trying;
        this.begunNanos = loop.ticker().nanoTime();
        this.answersBefore = member.health().answers();
    }

    void begin(OpenRequest request) {
        member.add(this);
        if (member.isWithdrawn()) {
            fail(withdrawn());
            return;
        }
        Future<T> begun;
        try {
            begun = Objects.requireNonNull(kind.open(member.outbound(), request), "what is to be opened");
        } catch (RuntimeException | Error e) {
            // Also where its bundle is just being replaced: whoever tries a member has to come to an end.
            fail(e);
            return;
        }
        future = begun;
        begun.addListener(this);
    }

    @Override
    public void operationComplete(Future<T> done) {
        if (verdict != null) {
            Consumer<Future<T>> told = verdict;
            end();
            if (done.isSuccess()) {
                kind.discard(done.getNow());
            }
            told.accept(done);
        } else if (over) {
            if (done.isSuccess()) {
                kind.discard(done.getNow());
            }
        } else if (done.isSuccess()) {
            opening.succeeded(this, done.getNow());
        } else {
            fail(done.cause());
        }
    }

    private void fail(Throwable cause) {
        Opening<T> told = opening;
        end();
        told.failed(this, cause);
    }

    /** It opened, and the flow has taken it: what is left to do here is to watch the member. */
    void keep(T value) {
        opening = null;
        future = null;
        opened = value;
        kind.whenEnded(value, this::end);
    }

    /** The flow does not want it any more, but how it ends tells of the member: it goes on until then, and what it opens is closed. */
    void goOn(Consumer<Future<T>> told) {
        opening = null;
        verdict = told;
    }

    /** Not wanted any more. */
    void cancel() {
        Future<T> running = future;
        end();
        if (running != null) {
            running.cancel(false);
        }
    }

    private void end() {
        over = true;
        opening = null;
        verdict = null;
        opened = null;
        member.remove(this);
    }

    /** The member's service has gone. Any thread. */
    void memberWithdrawn(Withdrawal withdrawal) {
        try {
            loop.execute(() -> memberGone(withdrawal));
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it everything that lived on it.
            member.remove(this);
        }
    }

    private void memberGone(Withdrawal withdrawal) {
        if (over) {
            return;
        }
        if (verdict != null) {
            cancel();
        } else if (opened == null) {
            Future<T> running = future;
            fail(withdrawn());
            if (running != null) {
                running.cancel(false);
            }
        } else if (kind == Kind.DATAGRAMS && withdrawal.datagramsElsewhere()) {
            drained();
        } else {
            var unused = loop.schedule(this::drained, withdrawal.drainTimeout().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void drained() {
        T value = opened;
        if (value != null) {
            end();
            kind.withdraw(value, member.tag());
        }
    }

    static ConnectException withdrawn() {
        return new ConnectException(CloseReason.OUTBOUND_WITHDRAWN, "was withdrawn");
    }

    Member member() {
        return member;
    }

    boolean isTrying() {
        return trying;
    }

    int answersBefore() {
        return answersBefore;
    }

    boolean isOver() {
        return over;
    }

    /** How long it has been under way. */
    Duration age(long nowNanos) {
        return Duration.ofNanos(nowNanos - begunNanos);
    }

    /** Whether somebody has had an answer of the member since this began: then silence is the destination's. */
    boolean hasMemberAnswered() {
        return member.health().answers() != answersBefore;
    }
}
