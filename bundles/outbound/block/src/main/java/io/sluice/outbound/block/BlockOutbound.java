package io.sluice.outbound.block;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/** One configured block outbound. */
@Component(
        service = Outbound.class,
        immediate = true,
        configurationPid = "io.sluice.outbound.block",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class BlockOutbound implements Outbound {

    /** It takes streams and datagrams so that their refusal is its own answer; echo requests it leaves unreachable. */
    private static final Set<Capability> CAPABILITIES = Set.of(Capability.TCP, Capability.UDP);

    private final String tag;
    private final String type;
    private final CloseReason reason;
    private final LongAdder streams = new LongAdder();
    private final LongAdder associations = new LongAdder();

    @Activate
    public BlockOutbound(BlockConfig config) {
        this(config.outbound_tag(), config.outbound_type(), config.response());
    }

    BlockOutbound(String tag, String type, String response) {
        if (tag == null || tag.isEmpty()) {
            throw new IllegalArgumentException("a block outbound has no " + TAG + "; give it one");
        }
        this.tag = tag;
        this.type = type;
        reason = switch (response) {
            case "none", "reject" -> CloseReason.POLICY_REJECTED;
            case "silent" -> CloseReason.POLICY_DROPPED;
            default ->
                throw new IllegalArgumentException("response of the block outbound '" + tag + "' is '" + response
                        + "'; write none, reject or silent");
        };
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return type;
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
        return reason == CloseReason.POLICY_DROPPED ? "block without an answer" : "block";
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        streams.increment();
        return refused(request.eventLoop());
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        associations.increment();
        return refused(request.eventLoop());
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of("streamsRefused", streams.sum(), "associationsRefused", associations.sum());
    }

    private <T> Future<T> refused(EventLoop loop) {
        return loop.newFailedFuture(new ConnectException(reason, "the outbound '" + tag + "' blocks everything"));
    }
}
