package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** The views make no object a packet, neither interpreted nor compiled. */
class AllocationTest {

    private static final int PACKETS = 50_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Ipv6Chain chain = new Ipv6Chain();
    private final TcpOptions options = new TcpOptions();

    @Test
    void read_segment_allocatesNothing() {
        ByteBuffer buf = direct("tcp4-syn");
        assertAllocatesNothing(round -> {
            assertOk(Ipv4Header.check(buf, 0, buf.limit(), Checksums.VERIFY));
            int at = Ipv4Header.payloadAt(buf, 0);
            assertOk(TcpHeader.check(
                    buf, at, Ipv4Header.payloadLength(buf, 0), Ipv4Header.addressSum(buf, 0), Checksums.VERIFY));
            assertOk(options.parse(buf, at));
            return TcpHeader.sequence(buf, at) + options.mss();
        });
    }

    @Test
    void read_datagramBehindExtensions_allocatesNothing() {
        ByteBuffer buf = direct("udp6-two-extensions");
        assertAllocatesNothing(round -> {
            assertOk(Ipv6Header.check(buf, 0, buf.limit()));
            assertOk(chain.walk(buf, 0));
            int at = chain.payloadOffset();
            assertOk(UdpHeader.check6(buf, at, chain.payloadLength(), Ipv6Header.addressSum(buf, 0), Checksums.VERIFY));
            return UdpHeader.destinationPort(buf, at);
        });
    }

    @Test
    void write_segment_allocatesNothing() {
        ByteBuffer buf = ByteBuffer.allocateDirect(100);
        assertAllocatesNothing(round -> {
            Ipv4Header.write(buf, 0, 0, 52, round, 0, 64, IpProtocol.TCP, 1 << 24, 2 << 24);
            TcpHeader.write(buf, 20, 1, 2, round, round, 32, TcpHeader.ACK, 100);
            TcpOptionWriter.timestamps(buf, 40, round, round);
            TcpHeader.putChecksum(buf, 20, 32, Ipv4Header.addressSum(buf, 0));
            return TcpHeader.checksum(buf, 20);
        });
    }

    private void assertAllocatesNothing(IntUnaryOperator packet) {
        long sink = run(packet, 1000); // links call sites and loads classes
        long before = threads.getCurrentThreadAllocatedBytes();
        sink += run(packet, PACKETS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(sink).isNotZero();
        assertThat(allocated).as("octets allocated by %d packets", PACKETS).isLessThan(PACKETS);
    }

    private static long run(IntUnaryOperator packet, int packets) {
        long sum = 0;
        for (int round = 0; round < packets; round++) {
            sum += packet.applyAsInt(round);
        }
        return sum;
    }

    private static void assertOk(Verdict verdict) {
        if (verdict != Verdict.OK) {
            throw new AssertionError(verdict);
        }
    }

    private static ByteBuffer direct(String name) {
        ByteBuffer packet = CapturedPackets.of(name);
        return ByteBuffer.allocateDirect(packet.limit()).put(0, packet, 0, packet.limit());
    }
}
