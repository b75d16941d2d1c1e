package io.sluice.outbound.shadowsocks.engine;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.dialer.Layers;
import io.sluice.dialer.ServerChain;
import io.sluice.loop.NettyEventLoops;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.packet.PacketContext;
import io.sluice.shadowsocks.stream.ClientContext;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A client of one server. */
final class OutboundFixture implements AutoCloseable {

    final ShadowsocksClient client;
    volatile EgressBinder egress = new OpenEgress();
    private final NettyEventLoops loops;

    OutboundFixture(NettyEventLoops loops, InetSocketAddress server, Method method, String password) {
        this.loops = loops;
        Map<String, Object> properties =
                Map.of("outbound.tag", "ss", "address", server.getHostString(), "port", server.getPort());
        ServerChain chain = ServerChain.of(properties, loops, () -> egress, Layers.NONE);
        SecureRandom random = new SecureRandom();
        client = new ShadowsocksClient(
                chain,
                new ClientContext(
                        "shadowsocks " + chain.description(),
                        ClientKeys.of(method, password),
                        OutboundFixture::epoch,
                        random),
                new PacketContext(random, OutboundFixture::epoch, System::nanoTime, ByteBufAllocator.DEFAULT));
    }

    static long epoch() {
        return System.currentTimeMillis() / 1_000;
    }

    static String password(Method method, int which) {
        byte[] key = new byte[method.keyLength()];
        Arrays.fill(key, (byte) which);
        return method.is2022() ? Base64.getEncoder().encodeToString(key) : "password-" + which;
    }

    private OpenRequest request(Network network, InetSocketAddress destination) {
        FlowSource source =
                new FlowSource(network, "test", new InetSocketAddress("127.0.0.1", 1), destination, Optional.empty());
        return new OpenRequest(1, source, destination, loops.next(), Duration.ofSeconds(40));
    }

    Future<ByteStream> stream(InetSocketAddress destination) throws InterruptedException {
        OpenRequest request = request(Network.TCP, destination);
        return request.eventLoop()
                .submit(() -> client.openStream(request))
                .sync()
                .getNow();
    }

    Future<DatagramPort> datagrams(InetSocketAddress destination) throws InterruptedException {
        OpenRequest request = request(Network.UDP, destination);
        return request.eventLoop()
                .submit(() -> client.openDatagrams(request))
                .sync()
                .getNow();
    }

    StreamProbe open(InetSocketAddress destination) throws InterruptedException {
        return StreamProbe.on(stream(destination).sync().getNow());
    }

    long count(String counter) {
        return client.snapshot().get(counter);
    }

    static void await(Supplier<?> state, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        Object lock = new Object();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 40 s; last state: " + state.get());
            }
            synchronized (lock) {
                lock.wait(2);
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
