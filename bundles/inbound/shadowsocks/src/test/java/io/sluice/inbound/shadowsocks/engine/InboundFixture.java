package io.sluice.inbound.shadowsocks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.api.transport.StreamLayer;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.Listener;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.packet.PacketContext;
import io.sluice.shadowsocks.packet.ServerPackets;
import io.sluice.shadowsocks.stream.ClientContext;
import io.sluice.shadowsocks.stream.ClientStreamCodec;
import io.sluice.shadowsocks.stream.ServerContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A listener on loopback before {@link EchoFlows}, and a client that makes octets by hand. */
final class InboundFixture implements AutoCloseable {

    static final InetSocketAddress DESTINATION = InetSocketAddress.createUnresolved("example.org", 443);

    private static final int READ_LIMIT_MILLIS = 30_000;

    final EchoFlows flows = new EchoFlows();
    final SecureRandom random = new SecureRandom();
    final Method method;
    final String password;
    final Door door;
    final ServerCounters counters;
    private final NettyEventLoops loops = NettyEventLoops.open(2);
    private final Listener streams;
    private final PacketServer packets;

    InboundFixture(Method method, Duration limit, Map<String, String> users) throws IOException {
        this(method, limit, users, null);
    }

    /** @param transport null for none */
    InboundFixture(Method method, Duration limit, Map<String, String> users, StreamLayer transport) throws IOException {
        this.method = method;
        this.password = password(method, 1);
        door = new Door(InboundSettings.keyed("shadowsocks", "in", "127.0.0.1", 0), loops, () -> flows, limit);
        counters = new ServerCounters(door.counters());
        ServerKeys keys = ServerKeys.of(method, password, users);
        ServerContext context = ServerContext.of(keys, InboundFixture::epoch, System::nanoTime, random);
        streams = Listener.open(door, new StreamServer(door, context, counters), Map.of(), null, transport);
        packets = PacketServer.open(door, ServerPackets.of(keys, packetContext()), counters, streams.local());
    }

    InboundFixture(Method method) throws IOException {
        this(method, Duration.ofSeconds(30), Map.of());
    }

    private static long epoch() {
        return System.currentTimeMillis() / 1_000;
    }

    PacketContext packetContext() {
        return new PacketContext(random, InboundFixture::epoch, System::nanoTime, ByteBufAllocator.DEFAULT);
    }

    static String password(Method method, int which) {
        byte[] key = new byte[method.keyLength()];
        Arrays.fill(key, (byte) which);
        return method.is2022() ? Base64.getEncoder().encodeToString(key) : "password-" + which;
    }

    InetSocketAddress local() {
        return streams.local();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), local().getPort());
        socket.setSoTimeout(READ_LIMIT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    EmbeddedChannel client(String with) {
        ClientContext context =
                new ClientContext("the server", ClientKeys.of(method, with), InboundFixture::epoch, random);
        return new EmbeddedChannel(new ClientStreamCodec(context, DESTINATION, () -> {}));
    }

    /** What the codec of a client makes of a payload. */
    static byte[] sealed(EmbeddedChannel client, byte[] payload) {
        client.writeOutbound(Unpooled.copiedBuffer(payload));
        return drain(client, true);
    }

    /** What it makes of an answer. */
    static byte[] opened(EmbeddedChannel client, byte[] answer) {
        client.writeInbound(Unpooled.copiedBuffer(answer));
        return drain(client, false);
    }

    private static byte[] drain(EmbeddedChannel channel, boolean outbound) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            ByteBuf next = outbound ? channel.readOutbound() : channel.readInbound();
            if (next == null) {
                return all.toByteArray();
            }
            byte[] octets = new byte[next.readableBytes()];
            next.readBytes(octets).release();
            all.writeBytes(octets);
        }
    }

    static byte[] payload(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 13 + (i >> 9));
        }
        return payload;
    }

    long count(String counter) {
        return counters.snapshot().get(counter);
    }

    void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        Object lock = new Object();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 30 s; ends " + flows.ends + ", counters " + counters.snapshot());
            }
            synchronized (lock) {
                lock.wait(5);
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        streams.close();
        packets.close();
        loops.close(Duration.ofSeconds(30));
    }
}
