package io.sluice.outbound.loopback;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import io.sluice.api.outbound.ReturningOutbound;
import io.sluice.outbound.loopback.engine.Turns;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/** One configured way back to the rules. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.loopback",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Outbound.TYPE + "=loopback")
public final class LoopbackOutbound implements ReturningOutbound {

    private static final Set<Capability> CAPABILITIES = Set.of(Capability.TCP, Capability.UDP, Capability.REMOTE_NAMES);

    /** Properties of factory PID {@code io.sluice.outbound.loopback}. */
    public @interface Config {

        /** The tag that rules name. */
        String outbound_tag();

        /** The inbound that flows shall seem to come from; rules need not know another one of that name. */
        String inboundTag();
    }

    private final String tag;
    private final String inboundTag;
    private final Turns turns;

    @Activate
    public LoopbackOutbound(Config config) {
        this(config.outbound_tag(), config.inboundTag());
    }

    /** @throws IllegalArgumentException with one sentence, without an inbound */
    public LoopbackOutbound(String tag, String inboundTag) {
        if (inboundTag == null || inboundTag.isEmpty()) {
            throw new IllegalArgumentException("outbound \"" + tag
                    + "\": inboundTag is empty; name the inbound that its flows shall seem to come from");
        }
        this.tag = tag;
        this.inboundTag = inboundTag;
        this.turns = new Turns(tag, inboundTag);
    }

    @Override
    public void joined(FlowAcceptor room) {
        turns.room(room);
    }

    @Override
    public void left(FlowAcceptor room) {
        turns.leave(room);
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return "loopback";
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Reach reach() {
        return Reach.NOWHERE;
    }

    @Override
    public String description() {
        return "back to the rules as " + inboundTag;
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        return turns.openStream(request);
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return turns.openDatagrams(request);
    }

    @Override
    public Map<String, Long> counters() {
        return turns.counters();
    }
}
