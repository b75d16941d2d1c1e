package io.sluice.flow.engine;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What the flows of one event loop share: their wheel and their sums. Loop thread only, but for reading sums. */
final class LoopState {

    private final EventLoop loop;
    private final IdleWheel wheel = new IdleWheel();
    private final Map<String, TagTotals> totals = new ConcurrentHashMap<>();
    private Future<?> ticking;
    private int flows;

    LoopState(EventLoop loop) {
        this.loop = loop;
    }

    EventLoop loop() {
        return loop;
    }

    IdleWheel wheel() {
        return wheel;
    }

    TagTotals totals(String tag) {
        return totals.computeIfAbsent(tag, t -> new TagTotals());
    }

    /** Sums by tag; any thread. */
    Map<String, TagTotals> totals() {
        return totals;
    }

    /** The wheel turns while there are flows, so an idle loop sleeps. */
    void enter(Flow flow, int limitTicks) {
        if (flows++ == 0) {
            long period = IdleWheel.TICK.toMillis();
            ticking = loop.scheduleAtFixedRate(this::tick, period, period, TimeUnit.MILLISECONDS);
        }
        wheel.touch(flow);
        wheel.limit(flow, limitTicks);
    }

    void leave(Flow flow) {
        wheel.remove(flow);
        if (--flows == 0) {
            ticking.cancel(false);
            ticking = null;
        }
    }

    private void tick() {
        wheel.tick(node -> ((Flow) node).expired());
    }
}
