package io.sluice.flow.engine;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowObserver;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.flow.OutboundTrouble;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The flows that live, the last that ended, and the sums. Any thread. */
final class LiveFlows implements FlowTable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveFlows.class);

    private final ConcurrentHashMap<Long, Flow> live = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private final ConcurrentHashMap<EventLoop, LoopState> loops = new ConcurrentHashMap<>();
    /** Sums of loops that have ended; guarded by this. */
    private final Map<String, long[]> ofEndedLoops = new HashMap<>();

    private final RecentFlows recent = new RecentFlows();
    private final LongAdder arrivals = new LongAdder();
    private final Map<CloseReason, LongAdder> reasons = new EnumMap<>(CloseReason.class);
    private final List<FlowObserver> observers = new CopyOnWriteArrayList<>();
    private final Object noneLeft = new Object();
    private final Supplier<Map<String, OutboundTrouble>> troubles;

    /** @param troubles of the outbounds that can be leased now */
    LiveFlows(Supplier<Map<String, OutboundTrouble>> troubles) {
        this.troubles = troubles;
        for (CloseReason reason : CloseReason.values()) {
            reasons.put(reason, new LongAdder());
        }
    }

    ConcurrentHashMap<EventLoop, LoopState> loops() {
        return loops;
    }

    /** The state of a loop seen for the first time. Loops that have ended since are forgotten, their sums kept. */
    synchronized LoopState enroll(EventLoop loop) {
        loops.values().removeIf(state -> {
            boolean ended = state.loop().isTerminated();
            if (ended) {
                state.totals().forEach((tag, totals) -> add(ofEndedLoops, tag, totals));
            }
            return ended;
        });
        return loops.computeIfAbsent(loop, LoopState::new);
    }

    void add(Flow flow) {
        arrivals.increment();
        size.incrementAndGet();
        live.put(flow.id(), flow);
        if (!observers.isEmpty()) {
            tell(flow.snapshot(), FlowObserver::opened);
        }
    }

    void remove(Flow flow, CloseReason reason) {
        if (live.remove(flow.id()) == null) {
            return;
        }
        count(reason);
        FlowSnapshot last = flow.snapshot();
        recent.add(last);
        if (!observers.isEmpty()) {
            tell(last, FlowObserver::closed);
        }
        if (size.decrementAndGet() == 0) {
            synchronized (noneLeft) {
                noneLeft.notifyAll();
            }
        }
    }

    /** A flow that was never let in. */
    void refused(FlowSnapshot flow) {
        countArrival();
        count(flow.closeReason().orElseThrow());
        recent.add(flow);
        if (!observers.isEmpty()) {
            tell(flow, FlowObserver::closed);
        }
    }

    void countArrival() {
        arrivals.increment();
    }

    void count(CloseReason reason) {
        reasons.get(reason).increment();
    }

    int size() {
        return size.get();
    }

    void each(Consumer<Flow> action) {
        live.values().forEach(action);
    }

    boolean awaitNone(Duration limit) throws InterruptedException {
        synchronized (noneLeft) {
            if (size.get() > 0 && !limit.isZero()) {
                noneLeft.wait(limit.toMillis());
            }
        }
        return size.get() == 0;
    }

    void addObserver(FlowObserver observer) {
        observers.add(observer);
    }

    void removeObserver(FlowObserver observer) {
        observers.remove(observer);
    }

    @Override
    public List<FlowSnapshot> live() {
        return live.values().stream()
                .map(Flow::snapshot)
                .sorted(Comparator.comparingLong(FlowSnapshot::id))
                .toList();
    }

    @Override
    public List<FlowSnapshot> recent() {
        return recent.list();
    }

    @Override
    public Optional<FlowSnapshot> find(long id) {
        Flow flow = live.get(id);
        if (flow != null) {
            return Optional.of(flow.snapshot());
        }
        return recent.list().stream().filter(f -> f.id() == id).findFirst();
    }

    @Override
    public int close(Predicate<FlowSnapshot> which) {
        int told = 0;
        for (Flow flow : live.values()) {
            if (which.test(flow.snapshot())) {
                flow.endLater(CloseReason.OPERATOR);
                told++;
            }
        }
        return told;
    }

    @Override
    public FlowTotals totals() {
        Map<String, long[]> sums = new HashMap<>();
        synchronized (this) {
            ofEndedLoops.forEach((tag, sum) -> sums.put(tag, sum.clone()));
            loops.values().forEach(state -> state.totals().forEach((tag, totals) -> add(sums, tag, totals)));
        }
        Map<CloseReason, Long> closed = new EnumMap<>(CloseReason.class);
        reasons.forEach((reason, count) -> {
            if (count.sum() > 0) {
                closed.put(reason, count.sum());
            }
        });
        Map<String, FlowTotals.OutboundTotals> outbounds = new HashMap<>();
        long uplink = 0;
        long downlink = 0;
        for (Map.Entry<String, long[]> entry : sums.entrySet()) {
            long[] sum = entry.getValue();
            outbounds.put(
                    entry.getKey(),
                    new FlowTotals.OutboundTotals((int) Math.max(0, sum[0] - sum[1]), sum[0], sum[2], sum[3], sum[4]));
            uplink += sum[3];
            downlink += sum[4];
        }
        return new FlowTotals(size.get(), arrivals.sum(), uplink, downlink, closed, outbounds);
    }

    @Override
    public Map<String, OutboundTrouble> troubles() {
        return troubles.get();
    }

    private static void add(Map<String, long[]> sums, String tag, TagTotals totals) {
        long[] sum = sums.computeIfAbsent(tag, t -> new long[5]);
        // Ended before opened: so a flow that opens meanwhile is never seen as ended only.
        sum[1] += totals.ended.get();
        sum[0] += totals.opened.get();
        sum[2] += totals.failed.get();
        sum[3] += totals.uplink.get();
        sum[4] += totals.downlink.get();
    }

    private void tell(FlowSnapshot flow, java.util.function.BiConsumer<FlowObserver, FlowSnapshot> event) {
        for (FlowObserver observer : observers) {
            try {
                event.accept(observer, flow);
            } catch (RuntimeException e) {
                LOG.warn("an observer failed on flow {}; the flow goes on", flow.id(), e);
            }
        }
    }
}
