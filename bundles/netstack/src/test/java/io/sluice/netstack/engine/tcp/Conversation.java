package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.netstack.engine.CapturedQueue;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.EngineSetup;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.TransportInput;
import io.sluice.wire.TcpHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A client at 10.0.0.2:40000 talks to 192.0.2.1:80 through the engine, on a virtual clock. Time only moves in {@link #at}; every {@link
 * #send} is a batch of its own.
 */
public final class Conversation {

    public static final int CLIENT = 0x0a00_0002;
    public static final int SERVER = 0xc000_0201;
    public static final int CLIENT_ISN = 1_000_000;

    /** Accepts, or leaves the offer to the test. */
    public static final class Options {
        public boolean accept = true;
        /** Takes the offers instead, if set. */
        public Consumer<HalfOpen> acceptor;

        public int mtu = 1500;
        public OffloadCapabilities offload = OffloadCapabilities.NONE;
        public StackConfig limits = StackConfig.defaults("tun", List.of());
        public long memory = 64 << 20;
        public int clientPort = 40_000;
    }

    public final CapturedQueue queue = new CapturedQueue();
    public final StackEngine engine;
    public final TcpLayer tcp;
    public final Options options;
    public final List<HalfOpen> offers = new ArrayList<>();
    public final StringBuilder received = new StringBuilder();
    public final List<CloseReason> ended = new ArrayList<>();
    public final List<CloseReason> unreachables = new ArrayList<>();
    public TcpConnection connection;
    /** The user takes what arrives. */
    public boolean reading = true;

    public boolean sawEnd;
    public int writableCalls;
    public int serverIsn;

    private boolean detached;
    private long nowNanos = 1_000_000_000_000L;
    private final long startNanos = nowNanos;
    private long alarmNanos = Long.MAX_VALUE;

    public Conversation() {
        this(new Options());
    }

    /** Every conversation of this thread's test; {@link ConversationEnd} ends them. */
    static final ThreadLocal<List<Conversation>> STARTED = ThreadLocal.withInitial(ArrayList::new);

    public Conversation(Options options) {
        STARTED.get().add(this);
        this.options = options;
        Random random = new Random(7);
        engine = new StackEngine(new EngineSetup(
                queue,
                options.mtu,
                options.offload,
                options.limits,
                options.memory,
                () -> nowNanos,
                random,
                UnpooledByteBufAllocator.DEFAULT,
                deadline -> alarmNanos = deadline));
        tcp = new TcpLayer(engine, this::offered, (reason, packet, at, available, now) -> unreachables.add(reason));
        TransportInput none = new TransportInput() {
            @Override
            public void input(IncomingPacket packet) {
                throw new AssertionError("only TCP is spoken here");
            }

            @Override
            public void detach(CloseReason reason, long now) {}
        };
        engine.protocols(tcp, none, none, none);
    }

    private void offered(HalfOpen offer) {
        offers.add(offer);
        if (options.acceptor != null) {
            options.acceptor.accept(offer);
        } else if (options.accept) {
            accept();
        }
    }

    /** Accepts the last offer. */
    public Conversation accept() {
        connection = offers.getLast().accept(new TcpUser() {
            @Override
            public void readable() {
                take();
            }

            @Override
            public void writable() {
                writableCalls++;
            }

            @Override
            public void ended(CloseReason reason) {
                ended.add(reason);
            }
        });
        return this;
    }

    private void take() {
        if (!reading) {
            return;
        }
        for (ByteBuf octets = connection.read(); octets != null; octets = connection.read()) {
            received.append(octets.toString(StandardCharsets.ISO_8859_1));
            octets.release();
        }
        sawEnd |= connection.isInputEnded();
    }

    /** The user resumes reading. */
    public Conversation read() {
        reading = true;
        take();
        connection.consumed();
        return this;
    }

    /** Moves the clock to so many milliseconds after the start; timers fire on their way. */
    public Conversation at(long milliseconds) {
        long target = startNanos + milliseconds * 1_000_000;
        while (alarmNanos <= target) {
            nowNanos = Math.max(nowNanos, alarmNanos);
            alarmNanos = Long.MAX_VALUE;
            engine.tick(nowNanos);
        }
        nowNanos = Math.max(nowNanos, target);
        return this;
    }

    public long nowMillis() {
        return (nowNanos - startNanos) / 1_000_000;
    }

    public Conversation send(Seg seg) {
        byte[] packet = seg.packet(CLIENT, SERVER, options.clientPort, 80, CLIENT_ISN, serverIsn);
        inject(packet, new PacketOffload().none());
        engine.batchComplete(nowNanos);
        return this;
    }

    /** One super-packet. */
    public Conversation sendSuper(Seg seg, int segmentSize) {
        byte[] packet = seg.packet(CLIENT, SERVER, options.clientPort, 80, CLIENT_ISN, serverIsn);
        inject(packet, new PacketOffload().set(Segmentation.TCP, segmentSize, true, 0));
        engine.batchComplete(nowNanos);
        return this;
    }

    /** Several segments in one batch. */
    public Conversation sendBatch(Seg... segs) {
        for (Seg seg : segs) {
            inject(
                    seg.packet(CLIENT, SERVER, options.clientPort, 80, CLIENT_ISN, serverIsn),
                    new PacketOffload().none());
        }
        engine.batchComplete(nowNanos);
        return this;
    }

    public void inject(byte[] packet, PacketOffload offload) {
        ByteBuf buffer = Unpooled.directBuffer(Math.max(1, packet.length)).writeBytes(packet);
        engine.input(buffer, offload, nowNanos);
        buffer.release();
    }

    /** The next packet, which must match. Returns it as it was. */
    public Seg take(Seg pattern) {
        CapturedQueue.Packet packet = queue.packets.poll();
        assertThat(packet).as("expected " + pattern + " but nothing was sent").isNotNull();
        Seg seg = Seg.parse(packet.octets(), packet.partialChecksum(), CLIENT_ISN, serverIsn);
        if (seg.has(TcpHeader.SYN) && serverIsn == 0) {
            serverIsn = seg.seq;
            seg.seq = 0;
        }
        String mismatch = seg.mismatch(pattern);
        assertThat(mismatch)
                .as("at %d ms expected %s but was %s", nowMillis(), pattern, seg)
                .isNull();
        return seg;
    }

    public Conversation expect(Seg... patterns) {
        for (Seg pattern : patterns) {
            take(pattern);
        }
        return this;
    }

    public Conversation expectNothing() {
        List<Seg> sent = queue.packets.stream()
                .map(p -> Seg.parse(p.octets(), p.partialChecksum(), CLIENT_ISN, serverIsn))
                .toList();
        assertThat(sent).as("at %d ms nothing was expected", nowMillis()).isEmpty();
        return this;
    }

    public Conversation write(String text) {
        connection.write(Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.ISO_8859_1)));
        connection.push();
        return this;
    }

    public Conversation writeBulk(char letter, int octets) {
        return write(String.valueOf(letter).repeat(octets));
    }

    public Conversation expectReceived(String text) {
        assertThat(received.toString()).isEqualTo(text);
        return this;
    }

    public Conversation expectState(TcpState state) {
        assertThat(connection.state()).isEqualTo(state);
        return this;
    }

    public Conversation expectEnded(CloseReason reason) {
        assertThat(ended).containsExactly(reason);
        return this;
    }

    public Conversation expectAlive() {
        assertThat(ended).isEmpty();
        assertThat(connection.state()).isNotEqualTo(TcpState.CLOSED);
        return this;
    }

    public Conversation expectCounted(Counter counter, long times) {
        assertThat(engine.counters().of(counter)).as(counter.text()).isEqualTo(times);
        return this;
    }

    /** Ends everything: nothing may be held afterwards. */
    void end() {
        if (detached) {
            return;
        }
        detached = true;
        engine.detach(CloseReason.SHUTDOWN, nowNanos);
        if (connection != null) {
            connection.close();
        }
        assertThat(engine.memory().usedBytes()).as("octets still accounted for").isZero();
    }

    /** For tests that detach themselves. */
    public Conversation detach(CloseReason reason) {
        detached = true;
        engine.detach(reason, nowNanos);
        return this;
    }

    // ---- given

    /** ESTABLISHED, without any option but MSS 1460. */
    public static Conversation established() {
        return established(new Options(), Seg.syn());
    }

    /** ESTABLISHED with window scale 7 and SACK, without timestamps. */
    public static Conversation establishedWithSack() {
        return established(new Options(), Seg.syn().sackPermitted(true).scale(7));
    }

    /** ESTABLISHED with everything. */
    public static Conversation establishedWithTimestamps() {
        return established(new Options(), Seg.syn().sackPermitted(true).scale(7).ts(1_000, 0));
    }

    public static Conversation established(Options options, Seg syn) {
        Conversation conversation = new Conversation(options);
        conversation.send(syn);
        Seg synAck = conversation.take(Seg.synAck());
        Seg ack = Seg.ack().seq(1).ack(1);
        if (Boolean.TRUE.equals(syn.timestamps)) {
            ack.ts(1_000, synAck.tsValue);
        }
        conversation.send(ack);
        conversation.expectState(TcpState.ESTABLISHED);
        return conversation;
    }
}
