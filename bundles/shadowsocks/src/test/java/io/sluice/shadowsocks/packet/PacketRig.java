package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ServerKeys;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/** A client and a server, packets by hand, and a clock that the test moves. */
final class PacketRig {

    static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 53);
    static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 40_000);

    final Method method;
    final PacketContext context;
    long epoch = 1_790_000_000L;
    long nanos;
    final ClientKeys keys;
    ClientPackets client;
    ServerPackets server;

    PacketRig(Method method) {
        this(method, ClientKeys.of(method, password(method, 1)), Map.of());
    }

    PacketRig(Method method, SecureRandom random) {
        this(method, ClientKeys.of(method, password(method, 1)), Map.of(), random);
    }

    PacketRig(Method method, ClientKeys keys, Map<String, String> users) {
        this(method, keys, users, new SecureRandom());
    }

    private PacketRig(Method method, ClientKeys keys, Map<String, String> users, SecureRandom random) {
        this.method = method;
        this.keys = keys;
        context = new PacketContext(random, () -> epoch(), () -> nanos(), ByteBufAllocator.DEFAULT);
        client = ClientPackets.of(keys, context);
        server = ServerPackets.of(ServerKeys.of(method, password(method, 1), users), context);
    }

    /** As after a start, without users. */
    ServerPackets freshServer() {
        return ServerPackets.of(ServerKeys.of(method, password(method, 1), Map.of()), context);
    }

    private long epoch() {
        return epoch;
    }

    private long nanos() {
        return nanos;
    }

    void advance(int seconds) {
        epoch += seconds;
        nanos += seconds * 1_000_000_000L;
    }

    static String password(Method method, int which) {
        byte[] key = new byte[method.keyLength()];
        Arrays.fill(key, (byte) which);
        return method.is2022() ? Base64.getEncoder().encodeToString(key) : "password " + which;
    }

    static byte[] payload(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 7 + 1);
        }
        return payload;
    }

    byte[] request(byte[] payload) {
        return octets(client.seal(Unpooled.copiedBuffer(payload), 0, PEER));
    }

    byte[] answer(ServerSession session, byte[] payload) {
        return octets(session.seal(Unpooled.copiedBuffer(payload), 0, PEER));
    }

    ServerPackets.Received atServer(byte[] packet) throws FaultException {
        return server.open(Unpooled.copiedBuffer(packet), CLIENT);
    }

    /** The session of a packet that the server takes. */
    ServerSession session(byte[] packet) throws FaultException {
        ServerPackets.Received received = atServer(packet);
        received.datagram().payload().release();
        return received.session();
    }

    /** What the server says of a packet; null if it takes it. */
    Fault faultAtServer(byte[] packet) {
        try {
            atServer(packet).datagram().payload().release();
            return null;
        } catch (FaultException e) {
            return e.fault();
        }
    }

    Fault faultAtClient(byte[] packet) {
        try {
            client.open(Unpooled.copiedBuffer(packet)).payload().release();
            return null;
        } catch (FaultException e) {
            return e.fault();
        }
    }

    static byte[] octets(ByteBuf buffer) {
        byte[] octets = new byte[buffer.readableBytes()];
        buffer.readBytes(octets).release();
        return octets;
    }
}
