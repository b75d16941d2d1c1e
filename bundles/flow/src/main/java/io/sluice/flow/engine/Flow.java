package io.sluice.flow.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * What a stream and an association have in common: identity, lease, accounting, idle time, end.
 *
 * <p>States: opened → CONNECTING; outbound open → ACTIVE; one direction ended → HALF_CLOSED; outbound withdrawn → DRAINING, and after the
 * drain time-out {@code end(OUTBOUND_WITHDRAWN)}; {@code end(reason)} → CLOSED, from any state, once.
 */
abstract class Flow extends IdleWheel.Node {

    private final FlowEngine engine;
    private final LoopState home;
    private final OutboundSlot lease;
    private final TagTotals totals;
    private final long id;
    private final FlowSource source;
    private final String rule;
    private final Instant started;
    private final int answersBefore;
    private final SingleWriterCounter uplink = new SingleWriterCounter();
    private final SingleWriterCounter downlink = new SingleWriterCounter();
    private volatile FlowSnapshot.State state = FlowSnapshot.State.CONNECTING;
    private volatile CloseReason closeReason;
    private volatile String detail;

    Flow(FlowEngine engine, LoopState home, Admission admission) {
        this.engine = engine;
        this.home = home;
        this.lease = admission.slot();
        this.totals = home.totals(lease.tag());
        this.id = engine.nextId();
        this.source = admission.source();
        this.rule = admission.rule();
        this.started = engine.now();
        this.answersBefore = lease.health().answers();
    }

    /** Begins to open the outbound. */
    abstract void open();

    /** Gives everything up that this flow holds; the state is CLOSED already. */
    abstract void release(CloseReason reason);

    /** What a closed flow's detail says where the reason has none, or null. */
    String note() {
        return null;
    }

    /** The idle limit of the wheel has passed. */
    final void expired() {
        if (state == FlowSnapshot.State.CONNECTING) {
            refusedBy(new ConnectException(
                    CloseReason.CONNECT_TIMEOUT, "the outbound '" + lease.tag() + "' gave no answer"));
        } else {
            end(CloseReason.IDLE, null);
        }
    }

    /** The outbound has not opened the flow. */
    final void refusedBy(ConnectException refusal) {
        lease.health().failed(refusal, answersBefore, engine.now());
        end(refusal.reason(), refusal.getMessage());
    }

    /** Ends the flow, the first time it is called. Loop thread. */
    final void end(CloseReason reason, String why) {
        if (state == FlowSnapshot.State.CLOSED) {
            return;
        }
        boolean neverOpened = state == FlowSnapshot.State.CONNECTING;
        closeReason = reason;
        detail = why != null ? SystemErrors.clean(why) : note();
        state = FlowSnapshot.State.CLOSED;
        home.leave(this);
        totals.ended.add(1);
        if (neverOpened) {
            totals.failed.add(1);
        }
        release(reason);
        engine.ended(this, reason);
    }

    /** The same from any thread. */
    final void endLater(CloseReason reason) {
        onLoop(() -> end(reason, null));
    }

    /** The outbound was withdrawn: go on until the drain time-out. Any thread. */
    final void drainLater(Duration limit) {
        onLoop(() -> {
            if (state == FlowSnapshot.State.CLOSED) {
                return;
            }
            if (state != FlowSnapshot.State.CONNECTING) {
                state = FlowSnapshot.State.DRAINING;
            }
            var unused = home.loop()
                    .schedule(() -> end(CloseReason.OUTBOUND_WITHDRAWN, null), limit.toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    private void onLoop(Runnable task) {
        try {
            home.loop().execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended and closed every channel of the flow with it; nothing is left to end.
            engine.forgotten(this);
        }
    }

    /** Octets went from the client to the outside. */
    final void movedUp(int octets) {
        uplink.add(octets);
        totals.uplink.add(octets);
        home.wheel().touch(this);
    }

    /** Octets went from the outside to the client. */
    final void movedDown(int octets) {
        downlink.add(octets);
        totals.downlink.add(octets);
        home.wheel().touch(this);
    }

    /** The outbound is open. */
    final void opened(int idleTicks) {
        state = lease.withdrawn() ? FlowSnapshot.State.DRAINING : FlowSnapshot.State.ACTIVE;
        home.wheel().touch(this);
        limit(idleTicks);
    }

    final void halfClosed(int idleTicks) {
        if (closed()) {
            return;
        }
        if (state == FlowSnapshot.State.ACTIVE) {
            state = FlowSnapshot.State.HALF_CLOSED;
        }
        home.wheel().touch(this);
        limit(idleTicks);
    }

    /** Loop thread; not after the end. */
    final void limit(int idleTicks) {
        home.wheel().limit(this, idleTicks);
    }

    /** Why it ended, where there is more to say than a reason; or null. */
    final String detail() {
        return detail;
    }

    final boolean closed() {
        return state == FlowSnapshot.State.CLOSED;
    }

    final long id() {
        return id;
    }

    final FlowSource source() {
        return source;
    }

    final OutboundSlot lease() {
        return lease;
    }

    final LoopState home() {
        return home;
    }

    final FlowEngine engine() {
        return engine;
    }

    final TagTotals totals() {
        return totals;
    }

    /** Any thread; each part is true at some moment during the call. */
    final FlowSnapshot snapshot() {
        return new FlowSnapshot(
                id,
                source,
                state,
                Optional.of(lease.tag()),
                Optional.of(rule),
                uplink.get(),
                downlink.get(),
                started,
                IdleWheel.TICK.multipliedBy(Math.max(0, home.wheel().now() - lastTick())),
                Optional.ofNullable(closeReason),
                Optional.ofNullable(detail));
    }
}
