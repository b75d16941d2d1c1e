package io.sluice.bench.hot;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunQueue;
import io.sluice.netstack.engine.EngineSetup;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.TransportInput;
import io.sluice.netstack.engine.tcp.TcpConnection;
import io.sluice.netstack.engine.tcp.TcpLayer;
import io.sluice.netstack.engine.tcp.TcpUser;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpRepr;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** An engine with one established connection, between a device that takes everything and a user who reads at once. */
final class EstablishedEngine {

    private static final Ip4Address CLIENT = new Ip4Address(0x0a00_0002);
    private static final Ip4Address SERVER = new Ip4Address(0xc000_0201);
    private static final int IP_HEADER = 20;
    private static final int SUPER = 40_000;
    private static final int SMALL = 100;
    private static final int WRITTEN = 64 << 10;
    private static final long STEP_NANOS = 50_000;

    private final Device device = new Device();
    private final PacketOffload offload = new PacketOffload();
    private final ByteBuf data =
            PooledByteBufAllocator.DEFAULT.directBuffer(WRITTEN).writeZero(WRITTEN);
    private final ByteBuf superPacket;
    private final ByteBuf smallSegment;
    private final ByteBuf acknowledgment;
    private final ByteBuf selective;
    private final StackEngine engine;
    private long now = 1_000_000_000L;
    private int sequence = 1;
    private TcpConnection connection;

    /** Remembers where the last segment ended. */
    private static final class Device implements TunQueue {
        private int first;
        private int end;

        @Override
        public int index() {
            return 0;
        }

        @Override
        public Future<Void> start(EventLoop loop, PacketHandler handler) {
            throw new UnsupportedOperationException("the benchmark drives the engine itself");
        }

        @Override
        public Future<Void> stop() {
            throw new UnsupportedOperationException("the benchmark drives the engine itself");
        }

        @Override
        public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
            first = headers.getInt(headers.readerIndex() + IP_HEADER + TcpHeader.SEQUENCE);
            end = first;
            for (int i = 0; i < count; i++) {
                end += payload[i].readableBytes();
            }
            return true;
        }
    }

    EstablishedEngine() {
        engine = new StackEngine(new EngineSetup(
                device,
                1500,
                new OffloadCapabilities(true, true, true, true),
                StackConfig.defaults("tun", List.of()),
                64 << 20,
                () -> now,
                new Random(3),
                PooledByteBufAllocator.DEFAULT,
                deadline -> {}));
        TransportInput none = new TransportInput() {
            @Override
            public void input(IncomingPacket packet) {}

            @Override
            public void detach(CloseReason reason, long nowNanos) {}
        };
        TcpLayer tcp = new TcpLayer(engine, offer -> connection = offer.accept(new Reader()), (r, p, at, n, t) -> {});
        engine.protocols(tcp, none, none, none);
        TcpRepr.Options first =
                new TcpRepr.Options(OptionalInt.of(1460), OptionalInt.of(7), true, Optional.empty(), List.of());
        input(packet(0, 0, TcpHeader.SYN, first, 0), Segmentation.NONE);
        int isn = device.first;
        input(packet(1, isn + 1, TcpHeader.ACK, TcpRepr.Options.NONE, 0), Segmentation.NONE);
        superPacket = packet(1, isn + 1, TcpHeader.ACK, TcpRepr.Options.NONE, SUPER);
        smallSegment = packet(1, isn + 1, TcpHeader.ACK, TcpRepr.Options.NONE, SMALL);
        acknowledgment = packet(1, isn + 1, TcpHeader.ACK, TcpRepr.Options.NONE, 0);
        TcpRepr.Options blocks = new TcpRepr.Options(
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                Optional.empty(),
                List.of(new TcpRepr.SackBlock(0, 0)));
        selective = packet(1, isn + 1, TcpHeader.ACK, blocks, 0);
    }

    private final class Reader implements TcpUser {

        @Override
        public void readable() {
            for (ByteBuf octets = connection.read(); octets != null; octets = connection.read()) {
                octets.release();
            }
        }

        @Override
        public void writable() {}

        @Override
        public void ended(CloseReason reason) {
            if (reason != CloseReason.SHUTDOWN) { // which is detach()
                throw new IllegalStateException("the connection ended: " + reason);
            }
        }
    }

    private static ByteBuf packet(int sequence, int acknowledged, int flags, TcpRepr.Options options, int payload) {
        TcpRepr header = new TcpRepr(40_000, 80, sequence, acknowledged, flags, 30_000, 0, options);
        ByteBuffer composed = PacketComposer.tcp(CLIENT, SERVER, header, new byte[payload]);
        return PooledByteBufAllocator.DEFAULT.directBuffer(composed.remaining()).writeBytes(composed);
    }

    private void input(ByteBuf packet, Segmentation segmentation) {
        offload.set(segmentation, segmentation == Segmentation.NONE ? 0 : 1_460, true, 0);
        engine.input(packet, offload, now);
        engine.batchComplete(now);
        now += STEP_NANOS;
        engine.tick(now);
    }

    void receive(boolean large) {
        ByteBuf packet = large ? superPacket : smallSegment;
        packet.setInt(IP_HEADER + TcpHeader.SEQUENCE, sequence);
        input(packet, large ? Segmentation.TCP : Segmentation.NONE);
        sequence += large ? SUPER : SMALL;
    }

    void send() {
        connection.write(data.retainedDuplicate());
        connection.push();
    }

    void acknowledgeAll() {
        acknowledgment.setInt(IP_HEADER + TcpHeader.SEQUENCE, sequence);
        while (acknowledgment.getInt(IP_HEADER + TcpHeader.ACKNOWLEDGMENT) != device.end) {
            acknowledgment.setInt(IP_HEADER + TcpHeader.ACKNOWLEDGMENT, device.end);
            input(acknowledgment, Segmentation.NONE);
        }
    }

    void acknowledgeSecondHalf() {
        int before = acknowledgment.getInt(IP_HEADER + TcpHeader.ACKNOWLEDGMENT);
        // Two NOPs, kind, length, and the block's edges: RFC 2018 §3.
        int block = IP_HEADER + TcpHeader.MIN_LENGTH + 4;
        selective.setInt(IP_HEADER + TcpHeader.SEQUENCE, sequence);
        selective.setInt(IP_HEADER + TcpHeader.ACKNOWLEDGMENT, before);
        selective.setInt(block, before + (device.end - before) / 2);
        selective.setInt(block + 4, device.end);
        input(selective, Segmentation.NONE);
    }

    void detach() {
        engine.detach(CloseReason.SHUTDOWN, now);
    }
}
