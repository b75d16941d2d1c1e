package io.sluice.outbound.balancer.engine;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

/** A balancer, its members, and a clock. Back-off is without jitter. */
final class BalancerRig {

    static final Duration TIMEOUT = Duration.ofSeconds(10);
    static final Duration DRAIN = Duration.ofSeconds(5);

    final VirtualLoop time = new VirtualLoop();
    final Balancer balancer;
    private long flows;

    private BalancerRig(BalancerSettings settings) {
        // The middle of the dice is neither earlier nor later; members are picked by a seed.
        Random random = new Random(1);
        balancer = new Balancer(settings, bound -> bound == 1_000 ? 500 : random.nextInt(bound));
    }

    static BalancerRig of(Strategy strategy, FakeMember... members) {
        BalancerRig rig = new BalancerRig(settings(strategy, members));
        Arrays.stream(members).forEach(member -> rig.balancer.add(member, 0));
        return rig;
    }

    static BalancerSettings settings(Strategy strategy, FakeMember... members) {
        return new BalancerSettings(
                "group", strategy, Arrays.stream(members).map(FakeMember::tag).toList(), DRAIN);
    }

    Future<ByteStream> stream() {
        Future<ByteStream> stream = balancer.openStream(request(Network.TCP));
        time.run();
        return stream;
    }

    Future<DatagramPort> association() {
        Future<DatagramPort> port = balancer.openDatagrams(request(Network.UDP));
        time.run();
        return port;
    }

    private OpenRequest request(Network network) {
        FlowSource source = new FlowSource(
                network,
                "in",
                new InetSocketAddress("192.0.2.1", 4000),
                InetSocketAddress.createUnresolved("example.org", 443),
                Optional.empty());
        return new OpenRequest(++flows, source, source.destination(), time.loop, TIMEOUT);
    }

    /** What a flow was told that failed. */
    static ConnectException failure(Future<?> flow) {
        return (ConnectException) flow.cause();
    }

    long count(String counter) {
        return balancer.counters().get(counter);
    }
}
