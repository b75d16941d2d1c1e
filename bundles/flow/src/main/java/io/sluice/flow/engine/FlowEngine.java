package io.sluice.flow.engine;

import io.netty.channel.EventLoop;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowObserver;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.loop.StreamSplicer;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.policy.Decision;
import io.sluice.api.policy.OutboundSelector;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admits flows. In order: our own traffic come back → LOOP; no selector → POLICY_ABSENT, never silently direct; a rule's refusal; the
 * outbound of the rule is not there → OUTBOUND_ABSENT, or cannot carry the network → OUTBOUND_UNSUPPORTED; too many flows → LIMIT_REACHED.
 * What passes becomes a {@link StreamFlow}, or a {@link DatagramSession} with a {@link DatagramFlow} for each outbound it uses.
 *
 * <p>The control plane sets the selector, the binder, the outbounds and the settings from any thread; each is one volatile field that a
 * new flow reads once.
 */
public final class FlowEngine implements FlowAcceptor {

    private static final Logger LOG = LoggerFactory.getLogger(FlowEngine.class);

    /** What an outbound or its server is to blame for. */
    private static final Set<CloseReason> FAILURES = EnumSet.of(
            CloseReason.CONNECT_REFUSED,
            CloseReason.CONNECT_TIMEOUT,
            CloseReason.UNREACHABLE,
            CloseReason.RESOLVE_FAILED,
            CloseReason.PROXY_AUTH_FAILED,
            CloseReason.PROXY_FAILED,
            CloseReason.TLS_FAILED,
            CloseReason.REMOTE_ABORTED,
            CloseReason.EGRESS_UNAVAILABLE,
            CloseReason.LIMIT_REACHED,
            CloseReason.LOOP);

    private final InstantSource clock;
    private final OutboundDirectory outbounds = new OutboundDirectory(this::withdrawn);
    private final LiveFlows flows = new LiveFlows(() -> outbounds.published().troubles());
    private final ConcurrentHashMap<EventLoop, LoopState> loops = flows.loops();
    private final AtomicLong ids = new AtomicLong();
    private final OncePerSecond loopWarnings = new OncePerSecond();
    private final OncePerSecond faultWarnings = new OncePerSecond();
    private volatile FlowSettings settings;
    private volatile OutboundSelector selector;
    private volatile EgressBinder binder;
    private volatile StreamSplicer splicer;
    private volatile boolean closing;
    /** Changes with whatever a refusal may have been founded on. */
    private volatile int generation;

    /** @param clock wall time, for the times that people see and for the rate of warnings */
    public FlowEngine(FlowSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    public FlowTable table() {
        return flows;
    }

    /** From now on; flows that live keep the limits they have. */
    public synchronized void settings(FlowSettings changed) {
        settings = changed;
        generation++;
    }

    /** The rules in force, or null: then nothing leaves. */
    public synchronized void selector(OutboundSelector changed) {
        selector = changed;
        generation++;
    }

    /** Who knows our own sockets, or null: then loops are not recognised here, and outbounds refuse to dial. */
    public void binder(EgressBinder changed) {
        binder = changed;
    }

    /** Who splices what moves much, or null: then it is copied. Flows that are spliced already stay so. */
    public void splicer(StreamSplicer changed) {
        splicer = changed;
    }

    StreamSplicer splicer() {
        return splicer;
    }

    /**
     * Associations that drain by an outbound of the same tag end now if this one can do them: their source's next datagram goes by it, while the server
     * before may have nobody that reads any more, or a kill switch before it.
     */
    public synchronized void addOutbound(Outbound outbound, int ranking) {
        outbounds.add(outbound, ranking);
        generation++;
        flows.each(flow -> {
            if (flow instanceof DatagramFlow && flow.lease().withdrawn() && hasSuccessor(flow.lease())) {
                flow.endLater(CloseReason.OUTBOUND_WITHDRAWN);
            }
        });
    }

    /** Its flows drain, then end with OUTBOUND_WITHDRAWN; associations at once, where a successor can do them. Any thread. */
    public synchronized void removeOutbound(Outbound outbound) {
        outbounds.remove(outbound);
        generation++;
    }

    public void addObserver(FlowObserver observer) {
        flows.addObserver(observer);
    }

    public void removeObserver(FlowObserver observer) {
        flows.removeObserver(observer);
    }

    /**
     * Refuses new flows and ends every live one with SHUTDOWN.
     *
     * @param limit how long this thread waits for them; not a loop thread unless it is zero
     * @return whether all have ended
     */
    public boolean shutdown(Duration limit) throws InterruptedException {
        closing = true;
        flows.each(flow -> flow.endLater(CloseReason.SHUTDOWN));
        return flows.awaitNone(limit);
    }

    @Override
    public void stream(StreamRequest request) {
        Admission admission = admit(request.source());
        if (admission.slot() == null) {
            refused(admission);
            request.reject(admission.refusal());
            return;
        }
        StreamFlow flow = new StreamFlow(this, home(request.eventLoop()), admission, request);
        flow.home().enter(flow, IdleWheel.ticks(settings.connectTimeout()));
        begin(flow);
    }

    @Override
    public void datagrams(DatagramRequest request) {
        Admission admission = admit(request.source());
        if (admission.slot() == null) {
            refused(admission);
            request.reject(admission.refusal());
            return;
        }
        new DatagramSession(this, home(request.eventLoop()), request.source()).start(request, admission);
    }

    @Override
    public void echo(EchoRequest request) {
        Admission admission = admit(request.source());
        flows.countArrival();
        if (admission.slot() == null) {
            flows.count(admission.refusal());
            request.reject(admission.refusal());
        } else if (admission.slot().localEcho()) {
            flows.count(CloseReason.FINISHED);
            request.reply();
        } else {
            flows.count(CloseReason.UNREACHABLE);
            request.reject(CloseReason.UNREACHABLE);
        }
    }

    /** The checks before a flow. */
    Admission admit(FlowSource source) {
        if (closing) {
            return Admission.refused(source, CloseReason.OUTBOUND_ABSENT, null, null, "the flow room is stopping");
        }
        EgressBinder own = binder;
        if (own != null
                && source.network() != Network.ICMP
                && own.isOwn(source.source(), source.network() == Network.UDP)) {
            return loop(source);
        }
        OutboundSelector rules = selector;
        if (rules == null) {
            return Admission.refused(source, CloseReason.POLICY_ABSENT, null, null, null);
        }
        Decision decision;
        try {
            decision = rules.select(source);
        } catch (RuntimeException e) {
            fault("policy failed on " + source.destination(), e);
            return Admission.refused(source, CloseReason.INTERNAL_ERROR, null, null, "policy failed: " + e);
        }
        return switch (decision) {
            case Decision.Reject reject ->
                Admission.refused(
                        source,
                        reject.silent() ? CloseReason.POLICY_DROPPED : CloseReason.POLICY_REJECTED,
                        null,
                        reject.rule(),
                        null);
            case Decision.Outbound chosen -> lease(source, chosen);
        };
    }

    private Admission lease(FlowSource source, Decision.Outbound chosen) {
        OutboundSlot slot = outbounds.published().find(chosen.tag());
        CloseReason refusal = null;
        String why = null;
        if (slot == null) {
            refusal = CloseReason.OUTBOUND_ABSENT;
            why = "no outbound with the tag '" + chosen.tag() + "' is active";
        } else if ((source.network() == Network.TCP && !slot.streams())
                || (source.network() == Network.UDP && !slot.datagrams())) {
            refusal = CloseReason.OUTBOUND_UNSUPPORTED;
            why = "the outbound '" + chosen.tag() + "' carries no " + source.network();
        } else if (source.network() != Network.ICMP && flows.size() >= settings.maxFlows()) {
            refusal = CloseReason.LIMIT_REACHED;
            why = "maxFlows = " + settings.maxFlows();
        }
        return refusal == null
                ? Admission.granted(source, slot, chosen)
                : Admission.refused(source, refusal, chosen.tag(), chosen.rule(), why);
    }

    private Admission loop(FlowSource source) {
        long held = loopWarnings.pass(clock.millis());
        if (held >= 0) {
            LOG.warn(
                    "loop: {} from {} to {} at inbound '{}' is a socket of our own, so it is refused ({} more since"
                            + " the last message); exclude its destination from the tunnel or check the egress mark",
                    source.network(),
                    source.source(),
                    source.destination(),
                    source.inboundTag(),
                    held);
        }
        return Admission.refused(
                source,
                CloseReason.LOOP,
                null,
                null,
                "from our own socket " + source.source() + " to " + source.destination());
    }

    /** Makes a flow visible and, unless its outbound has been withdrawn since it was leased, opens it. */
    void begin(Flow flow) {
        flow.totals().opened.add(1);
        flows.add(flow);
        if (flow.lease().withdrawn()) {
            flow.end(CloseReason.OUTBOUND_WITHDRAWN, null);
            return;
        }
        try {
            flow.open();
        } catch (RuntimeException e) {
            fault("outbound '" + flow.lease().tag() + "' failed to open flow " + flow.id(), e);
            flow.end(CloseReason.INTERNAL_ERROR, "the outbound failed: " + e);
        }
    }

    void ended(Flow flow, CloseReason reason) {
        flows.remove(flow, reason);
        if (flow.detail() != null && FAILURES.contains(reason)) {
            long held = flow.lease().failures().pass(clock.millis());
            if (held >= 0) {
                LOG.info(
                        "flow {} by outbound '{}' failed, {}: {} ({} more since the last message)",
                        flow.id(),
                        flow.lease().tag(),
                        reason,
                        flow.detail(),
                        held);
            }
        }
    }

    void forgotten(Flow flow) {
        flows.remove(flow, CloseReason.SHUTDOWN);
    }

    void refused(Admission admission) {
        Instant now = clock.instant();
        flows.refused(new FlowSnapshot(
                nextId(),
                admission.source(),
                FlowSnapshot.State.CLOSED,
                Optional.ofNullable(admission.tag()),
                Optional.ofNullable(admission.rule()),
                0,
                0,
                now,
                Duration.ZERO,
                Optional.of(admission.refusal()),
                Optional.ofNullable(admission.detail())));
    }

    /** Something threw that must not; at most one line a second. */
    void fault(String what, Throwable cause) {
        long held = faultWarnings.pass(clock.millis());
        if (held >= 0) {
            LOG.error("{} ({} more faults since the last message)", what, held, cause);
        }
    }

    /** What an unanswered request is refused with when a flow ends for a reason that is no refusal. */
    static CloseReason refusal(CloseReason reason) {
        return reason.refusal() ? reason : CloseReason.OUTBOUND_ABSENT;
    }

    FlowSettings settings() {
        return settings;
    }

    int generation() {
        return generation;
    }

    long nextId() {
        return ids.incrementAndGet();
    }

    Instant now() {
        return clock.instant();
    }

    private LoopState home(EventLoop loop) {
        LoopState home = loops.get(loop);
        return home != null ? home : flows.enroll(loop);
    }

    private void withdrawn(OutboundSlot slot) {
        Duration limit = settings.drainTimeout();
        flows.each(flow -> {
            if (flow.lease() == slot && flow instanceof DatagramFlow && hasSuccessor(slot)) {
                flow.endLater(CloseReason.OUTBOUND_WITHDRAWN);
            } else if (flow.lease() == slot) {
                flow.drainLater(limit);
            }
        });
    }

    /** Whether an association's source can go on by another outbound of the tag. */
    private boolean hasSuccessor(OutboundSlot withdrawn) {
        OutboundSlot now = outbounds.published().byTag().get(withdrawn.tag());
        return now != null && now != withdrawn && now.datagrams();
    }
}
