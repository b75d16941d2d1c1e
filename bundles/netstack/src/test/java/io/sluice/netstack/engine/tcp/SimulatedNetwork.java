package io.sluice.netstack.engine.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketOffload;
import io.sluice.netstack.engine.CapturedQueue;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.EngineSetup;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.netstack.engine.StackEngine;
import io.sluice.netstack.engine.TransportInput;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.TcpHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Two engines with a path between them, in virtual time. Every flow sends octets of a known pattern from the server's to the client's
 * engine; the receiver compares each octet.
 *
 * <p>Both engines only accept, so the handshake is played by hand: each side gets the SYN that the other would have sent. The ISN of a side
 * is learned by asking it twice at the same instant. Leaks show in the engines' accounts and the pattern's references; Netty's detector, which
 * records a stack trace for every touch of a buffer, would make hours of the minutes simulated here.
 */
final class SimulatedNetwork {

    private static final int CLIENT = 0x0a00_0002;
    private static final int SERVER = 0xc000_0201;
    /** A prime, so that a shift by any packet size shows. */
    private static final int PATTERN = 65_521;

    private record Event(long at, long order, Host to, byte[] packet) {}

    private final ByteBuf pattern = new UnpooledByteBufAllocator(true, true).directBuffer(2 * PATTERN);
    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private long now = 1_000_000_000_000L;
    private long order;
    private final StackConfig limits;
    /** Both sides are capable of congestion notification. */
    boolean ecn;

    final Host server;
    final Host client;
    final List<Flow> flows = new ArrayList<>();

    SimulatedNetwork(SimulatedLink down, SimulatedLink up, long seed) {
        this(down, up, CongestionAlgorithm.CUBIC, seed);
    }

    SimulatedNetwork(SimulatedLink down, SimulatedLink up, CongestionAlgorithm algorithm, long seed) {
        limits = StackConfig.defaults("tun", List.of()).with(TcpSettings.DEFAULTS.with(algorithm));
        Random random = new Random(seed);
        byte[] octets = new byte[PATTERN];
        random.nextBytes(octets);
        pattern.writeBytes(octets).writeBytes(octets);
        server = new Host(new SimulatedLink.Direction(down, random.nextLong()), random.nextLong());
        client = new Host(new SimulatedLink.Direction(up, random.nextLong()), random.nextLong());
        server.peer = client;
        client.peer = server;
    }

    /** One end. */
    final class Host {
        final CapturedQueue queue = new CapturedQueue();
        final StackEngine engine;
        final SimulatedLink.Direction out;
        Host peer;
        long alarm = Long.MAX_VALUE;
        TcpUser nextUser;
        TcpConnection accepted;

        Host(SimulatedLink.Direction out, long seed) {
            this.out = out;
            engine = new StackEngine(new EngineSetup(
                    queue,
                    1500,
                    OffloadCapabilities.NONE,
                    limits,
                    1L << 30,
                    () -> now,
                    new Random(seed),
                    new UnpooledByteBufAllocator(true, true),
                    deadline -> alarm = deadline));
            TcpLayer tcp = new TcpLayer(engine, offer -> accepted = offer.accept(nextUser), (r, p, at, n, t) -> {});
            TransportInput none = new TransportInput() {
                @Override
                public void input(IncomingPacket packet) {}

                @Override
                public void detach(CloseReason reason, long nowNanos) {}
            };
            engine.protocols(tcp, none, none, none);
        }

        void inject(byte[] packet) {
            ByteBuf buffer = Unpooled.wrappedBuffer(
                    ByteBuffer.allocateDirect(packet.length).put(packet).flip());
            engine.input(buffer, new PacketOffload().none(), now);
            buffer.release();
            engine.batchComplete(now);
        }

        void transmit() {
            for (CapturedQueue.Packet packet = queue.packets.poll(); packet != null; packet = queue.packets.poll()) {
                int times = out.duplicates() ? 2 : 1;
                for (int i = 0; i < times; i++) {
                    long at = out.arrival(packet.octets().length, now);
                    if (at != SimulatedLink.Direction.DROPPED) {
                        events.add(new Event(at, order++, peer, out.carried(packet.octets())));
                    }
                }
            }
        }

        long counted(Counter counter) {
            return engine.counters().of(counter);
        }
    }

    /** One transfer, from server to client unless it is told otherwise. */
    final class Flow {
        TcpConnection sender;
        TcpConnection receiver;
        long toSend;
        /** The end of what is to be sent is not the end of the flow. */
        boolean lasting;

        long sent;
        long received;
        long finishedAt;
        boolean ended;

        private final TcpUser sending = new TcpUser() {
            @Override
            public void readable() {}

            @Override
            public void writable() {
                fill();
            }

            @Override
            public void ended(CloseReason reason) {}
        };

        private final TcpUser receiving = new TcpUser() {
            @Override
            public void readable() {
                for (ByteBuf octets = receiver.read(); octets != null; octets = receiver.read()) {
                    verify(octets);
                    octets.release();
                }
                if (receiver.isInputEnded() && !ended) {
                    ended = true;
                    finishedAt = now;
                    receiver.shutdownOutput();
                }
            }

            @Override
            public void writable() {}

            @Override
            public void ended(CloseReason reason) {}
        };

        private void verify(ByteBuf octets) {
            while (octets.isReadable()) {
                int at = (int) (received % PATTERN);
                int length = Math.min(octets.readableBytes(), PATTERN);
                ByteBuffer got = octets.nioBuffer(octets.readerIndex(), length);
                if (got.mismatch(pattern.nioBuffer(at, length)) >= 0) {
                    throw new AssertionError("wrong octets behind " + received);
                }
                octets.skipBytes(length);
                received += length;
            }
        }

        void fill() {
            while (sent < toSend && sender.space() > 0) {
                int at = (int) (sent % PATTERN);
                int length = (int) Math.min(PATTERN, toSend - sent);
                sender.write(pattern.retainedSlice(at, length));
                sent += length;
            }
            if (sent == toSend && !lasting) {
                sender.shutdownOutput();
            } else {
                sender.push();
            }
        }
    }

    /** Opens a flow from server to client that will send so many octets; it begins at once. */
    Flow open(int port, long octets) {
        return open(server, client, port, octets);
    }

    /** The same from client to server. */
    Flow openUp(int port, long octets) {
        return open(client, server, port, octets);
    }

    private Flow open(Host from, Host to, int port, long octets) {
        Flow flow = new Flow();
        flow.toSend = octets;
        int toIsn = isn(to, SERVER, CLIENT, 80, port);
        int fromIsn = answer(from, flow.sending, syn(CLIENT, SERVER, port, 80, toIsn));
        flow.sender = from.accepted;
        answer(to, flow.receiving, syn(SERVER, CLIENT, 80, port, fromIsn));
        flow.receiver = to.accepted;
        // The handshake takes its round trip, which is the first that either side measures.
        long established = now + from.out.delayNanos() + to.out.delayNanos();
        byte[] last = ack(CLIENT, SERVER, port, 80, toIsn + 1, fromIsn + 1);
        events.add(new Event(established, order++, from, last));
        events.add(new Event(established, order++, to, ack(SERVER, CLIENT, 80, port, fromIsn + 1, toIsn + 1)));
        flows.add(flow);
        flow.fill();
        return flow;
    }

    private int isn(Host host, int from, int to, int fromPort, int toPort) {
        int isn = answer(host, null, syn(from, to, fromPort, toPort, 5));
        host.accepted.abort();
        host.queue.packets.clear();
        return isn;
    }

    private int answer(Host host, TcpUser user, byte[] syn) {
        host.nextUser = user;
        host.inject(syn);
        ByteBuffer synAck = ByteBuffer.wrap(host.queue.packets.poll().octets());
        return TcpHeader.sequence(synAck, Ipv4Header.payloadAt(synAck, 0));
    }

    private byte[] syn(int from, int to, int fromPort, int toPort, int isn) {
        return Seg.syn()
                .scale(7)
                .sackPermitted(true)
                .flag(ecn ? TcpHeader.ECE | TcpHeader.CWR : 0)
                .packet(from, to, fromPort, toPort, isn, 0);
    }

    private static byte[] ack(int from, int to, int fromPort, int toPort, int sequence, int acknowledgment) {
        return Seg.ack().window(2_048).packet(from, to, fromPort, toPort, sequence, acknowledgment);
    }

    long nowNanos() {
        return now;
    }

    /** Runs until every flow has ended, or so many virtual seconds have passed. */
    void run(double seconds) {
        long end = now + (long) (seconds * 1e9);
        while (!flows.stream().allMatch(flow -> flow.ended)) {
            long next = Math.min(server.alarm, client.alarm);
            Event event = events.peek();
            if (event != null && event.at <= next) {
                next = event.at;
            }
            if (next > end) {
                now = end;
                return;
            }
            now = Math.max(now, next);
            tick(server);
            tick(client);
            while (!events.isEmpty() && events.peek().at <= now) {
                Event due = events.poll();
                due.to.inject(due.packet);
            }
            server.transmit();
            client.transmit();
        }
    }

    private void tick(Host host) {
        if (host.alarm <= now) {
            host.alarm = Long.MAX_VALUE;
            host.engine.tick(now);
        }
    }

    /** Ends everything; nothing may be held. */
    void end() {
        server.engine.detach(CloseReason.SHUTDOWN, now);
        client.engine.detach(CloseReason.SHUTDOWN, now);
        flows.forEach(flow -> flow.receiver.close());
        assertThat(server.engine.memory().usedBytes()).isZero();
        assertThat(client.engine.memory().usedBytes()).isZero();
        assertThat(pattern.refCnt()).as("references to the pattern").isEqualTo(1);
        pattern.release();
    }
}
