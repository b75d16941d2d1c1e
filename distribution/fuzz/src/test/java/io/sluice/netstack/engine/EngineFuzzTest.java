package io.sluice.netstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketOffload;
import io.sluice.netstack.engine.icmp.EchoOffer;
import io.sluice.netstack.engine.icmp.IcmpErrorSender;
import io.sluice.netstack.engine.icmp.IcmpLayer;
import io.sluice.netstack.engine.ip.Fragmenter;
import io.sluice.netstack.engine.ip.SlowPath;
import io.sluice.netstack.engine.tcp.HalfOpen;
import io.sluice.netstack.engine.tcp.TcpConnection;
import io.sluice.netstack.engine.tcp.TcpLayer;
import io.sluice.netstack.engine.tcp.TcpUser;
import io.sluice.netstack.engine.udp.UdpLayer;
import io.sluice.netstack.engine.udp.UdpSession;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * A conversation with a whole engine, whose users send back what they get. An input is a row of packets, each behind two octets: its length, a
 * bit that lets its checksum pass as the device's, and one after which a second goes by. No exception, nothing malformed sent, nothing leaked.
 */
class EngineFuzzTest {

    private static final List<IpPrefix> ADDRESSES =
            List.of(IpPrefix.parse("172.19.0.1/30"), IpPrefix.parse("fdfe::1/126"));

    private static final int PARTIAL_CHECKSUM = 0x8000;
    private static final int LATER = 0x4000;
    private static final int LENGTH = 0x0fff;
    private static final int MOST_PACKETS = 32;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private StackEngine engine;
    private long now = 1_000_000_000_000L;
    private long alarm = Long.MAX_VALUE;

    @FuzzTest
    void conversation(byte[] octets) {
        engine = new StackEngine(new EngineSetup(
                new CheckingDevice(),
                1500,
                OffloadCapabilities.NONE,
                new StackConfig("tun", ADDRESSES, 8, 4, 8, Duration.ofMinutes(5)),
                1 << 20,
                () -> now,
                new Random(7),
                allocator,
                deadline -> alarm = deadline));
        LocalAddresses own = new LocalAddresses(ADDRESSES);
        Fragmenter fragmenter = new Fragmenter(engine);
        IcmpErrorSender errors = new IcmpErrorSender(engine, own);
        TcpLayer tcp = new TcpLayer(engine, EngineFuzzTest::stream, errors);
        UdpLayer udp = new UdpLayer(engine, EngineFuzzTest::datagrams, own, fragmenter, errors);
        IcmpLayer icmp = new IcmpLayer(engine, own, EchoOffer::reply, fragmenter, errors, tcp, udp::packetTooBig);
        engine.protocols(tcp, udp, icmp, new SlowPath(engine, errors));
        play(ByteBuffer.wrap(octets));
        assertThat(engine.counters().of(Counter.INTERNAL_FAULTS)).isZero();
        engine.detach(CloseReason.SHUTDOWN, now);
        fragmenter.release();
        errors.release();
        assertThat(allocator.metric().usedDirectMemory()).as("octets leaked").isZero();
    }

    private void play(ByteBuffer in) {
        for (int i = 0; i < MOST_PACKETS && in.remaining() > 2; i++) {
            int head = in.getShort() & 0xffff;
            byte[] packet = new byte[Math.min(head & LENGTH, in.remaining())];
            in.get(packet);
            ByteBuf memory = allocator.directBuffer(packet.length + 1).writeBytes(packet);
            PacketOffload offload = new PacketOffload().none();
            offload.partialChecksum = (head & PARTIAL_CHECKSUM) != 0;
            engine.input(memory, offload, now);
            memory.release();
            engine.batchComplete(now);
            if ((head & LATER) != 0) {
                pass(Duration.ofSeconds(1));
            }
        }
    }

    private void pass(Duration time) {
        long target = now + time.toNanos();
        while (alarm <= target) {
            now = Math.max(now, alarm);
            alarm = Long.MAX_VALUE;
            engine.tick(now);
        }
        now = target;
    }

    private static void stream(HalfOpen offer) {
        Echo user = new Echo();
        user.connection = offer.accept(user);
    }

    private static void datagrams(UdpSession session) {
        session.accept(reason -> {});
        session.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                session.send(payload, segmentSize, peer);
            }

            @Override
            public void batchComplete() {
                session.flush();
            }
        });
    }

    private static final class Echo implements TcpUser {
        private TcpConnection connection;

        @Override
        public void readable() {
            if (connection == null) {
                return; // data came with the SYN, before accept has returned
            }
            for (ByteBuf octets = connection.read(); octets != null; octets = connection.read()) {
                connection.write(octets);
            }
            connection.push();
        }

        @Override
        public void writable() {}

        @Override
        public void ended(CloseReason reason) {}
    }
}
