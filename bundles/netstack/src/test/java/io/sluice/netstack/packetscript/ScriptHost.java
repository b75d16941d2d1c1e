package io.sluice.netstack.packetscript;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunQueue;
import io.sluice.netstack.engine.EngineSetup;
import io.sluice.netstack.engine.LocalAddresses;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.icmp.IcmpErrorSender;
import io.sluice.netstack.engine.icmp.IcmpLayer;
import io.sluice.netstack.engine.ip.Fragmenter;
import io.sluice.netstack.engine.ip.SlowPath;
import io.sluice.netstack.engine.tcp.HalfOpen;
import io.sluice.netstack.engine.tcp.TcpLayer;
import io.sluice.netstack.engine.udp.UdpLayer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The host whose stack a script tests: engine, device and clock. Not thread safe. */
final class ScriptHost implements TunQueue {

    /** A packet the stack sent. */
    record Sent(long atMicros, byte[] octets) {}

    private static final int PSH = 0x08;
    /** Nothing a script waits for takes longer. */
    private static final long PATIENCE_MICROS = 3_600_000_000L;

    final Map<Integer, ScriptSocket> sockets = new HashMap<>();
    final HostSettings settings;

    private final Deque<Sent> sent = new ArrayDeque<>();
    private StackEngine engine;
    private IcmpErrorSender errors;
    private Fragmenter fragmenter;
    private boolean wasFull;
    private long nowMicros = 1_000_000_000L;
    private long alarmNanos = Long.MAX_VALUE;

    ScriptHost(HostSettings settings) {
        this.settings = settings;
    }

    long nowMicros() {
        return nowMicros;
    }

    /** Timers fire on their way. */
    void advanceTo(long micros) {
        while (alarmNanos <= micros * 1_000) {
            fire();
        }
        nowMicros = Math.max(nowMicros, micros);
    }

    private void fire() {
        nowMicros = Math.max(nowMicros, (alarmNanos + 999) / 1_000);
        alarmNanos = Long.MAX_VALUE;
        engine.tick(nowNanos());
    }

    /** Lets time pass until the next timer; false if there is none. */
    boolean waitForTimer() {
        if (alarmNanos == Long.MAX_VALUE || alarmNanos / 1_000 - nowMicros > PATIENCE_MICROS) {
            return false;
        }
        fire();
        return true;
    }

    private long nowNanos() {
        return nowMicros * 1_000;
    }

    /** The oldest packet that packetdrill has not seen, or null if none will ever be sent. */
    Sent nextPacket() {
        while (sent.isEmpty() && waitForTimer()) {
            // a timer may send one
        }
        return sent.poll();
    }

    void input(byte[] packet) {
        if (engine == null) {
            start(packet[0] >> 4 == 4);
        }
        ByteBuf buffer = Unpooled.directBuffer(packet.length).writeBytes(packet);
        engine.input(buffer, new PacketOffload().none(), nowNanos());
        buffer.release();
        engine.batchComplete(nowNanos());
    }

    /** A shell command has changed the settings. */
    void settingsChanged() {
        if (engine != null && wasFull && !settings.isDeviceFull()) {
            engine.writable(nowNanos());
        }
        wasFull = settings.isDeviceFull();
    }

    /** With the first packet, when all settings are known. */
    private void start(boolean v4) {
        int mtu = settings.mtu(v4);
        for (ScriptSocket socket : sockets.values()) {
            if (socket.maxSegment > 0) {
                mtu = Math.min(mtu, socket.maxSegment + (v4 ? 40 : 60));
            }
        }
        engine = new StackEngine(new EngineSetup(
                this,
                mtu,
                OffloadCapabilities.NONE,
                StackConfig.defaults("tun", List.of()),
                64 << 20,
                this::nowNanos,
                new Random(7),
                UnpooledByteBufAllocator.DEFAULT,
                deadline -> alarmNanos = deadline));
        LocalAddresses own = new LocalAddresses(List.of());
        errors = new IcmpErrorSender(engine, own);
        fragmenter = new Fragmenter(engine);
        TcpLayer tcp = new TcpLayer(engine, this::offered, errors, settings.parameters());
        UdpLayer udp =
                new UdpLayer(engine, session -> session.reject(CloseReason.CONNECT_REFUSED), own, fragmenter, errors);
        IcmpLayer icmp = new IcmpLayer(
                engine,
                own,
                offer -> offer.reject(CloseReason.POLICY_DROPPED),
                fragmenter,
                errors,
                tcp,
                udp::packetTooBig);
        engine.protocols(tcp, udp, icmp, new SlowPath(engine, errors));
    }

    private void offered(HalfOpen offer) {
        for (ScriptSocket socket : sockets.values()) {
            if (socket.listening && socket.port == offer.localPort()) {
                socket.offered(offer, engine.counters());
                return;
            }
        }
        offer.reject(CloseReason.CONNECT_REFUSED);
    }

    /** Frees what the engine holds. */
    void end() {
        if (engine != null) {
            engine.detach(CloseReason.SHUTDOWN, nowNanos());
            fragmenter.release();
            errors.release();
        }
    }

    // ---- the device

    @Override
    public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
        if (settings.isDeviceFull()) {
            return false;
        }
        ByteBuf all = Unpooled.buffer().writeBytes(headers, headers.readerIndex(), headers.readableBytes());
        for (int i = 0; i < count; i++) {
            all.writeBytes(payload[i], payload[i].readerIndex(), payload[i].readableBytes());
        }
        byte[] octets = new byte[all.readableBytes()];
        all.readBytes(octets);
        withoutPush(octets);
        sent.add(new Sent(nowMicros, octets));
        return true;
    }

    /** Takes PSH away, as the script's copy has none either. The checksum follows: RFC 1624. */
    private static void withoutPush(byte[] packet) {
        boolean v4 = packet[0] >> 4 == 4;
        int at = v4 ? (packet[0] & 0xf) * 4 : 40;
        if (packet[v4 ? 9 : 6] != 6 || (packet[at + 13] & PSH) == 0) {
            return;
        }
        packet[at + 13] &= ~PSH;
        int sum = ~((packet[at + 16] & 0xff) << 8 | packet[at + 17] & 0xff) & 0xffff;
        sum += ~PSH & 0xffff;
        sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
        packet[at + 16] = (byte) (sum >> 8);
        packet[at + 17] = (byte) sum;
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public Future<Void> start(EventLoop loop, PacketHandler handler) {
        throw new UnsupportedOperationException("the script drives the engine");
    }

    @Override
    public Future<Void> stop() {
        throw new UnsupportedOperationException("the script drives the engine");
    }
}
