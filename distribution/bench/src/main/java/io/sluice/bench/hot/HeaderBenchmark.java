package io.sluice.bench.hot;

import io.sluice.wire.Checksums;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptions;
import io.sluice.wire.TcpRepr;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What is looked at of an incoming segment before anybody is told of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeaderBenchmark {

    private static final int IP_HEADER = 20;

    private final TcpOptions options = new TcpOptions();
    private ByteBuffer packet;
    private int length;

    @Setup
    public void compose() {
        TcpRepr.Options told = new TcpRepr.Options(
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                Optional.of(new TcpRepr.Timestamps(1, 2)),
                List.of(new TcpRepr.SackBlock(3_000, 4_000), new TcpRepr.SackBlock(6_000, 7_000)));
        TcpRepr header = new TcpRepr(40_000, 443, 1, 2, TcpHeader.ACK, 1_000, 0, told);
        ByteBuffer composed = PacketComposer.tcp(new Ip4Address(0x0a00_0002), new Ip4Address(0xc000_0201), header);
        length = composed.remaining();
        packet = ByteBuffer.allocateDirect(length).put(composed).flip();
    }

    @Benchmark
    public Verdict checkIpv4AndTcp() {
        Verdict ip = Ipv4Header.check(packet, 0, length, Checksums.VERIFY);
        return ip != Verdict.OK
                ? ip
                : TcpHeader.check(
                        packet, IP_HEADER, length - IP_HEADER, Ipv4Header.addressSum(packet, 0), Checksums.VERIFY);
    }

    @Benchmark
    public TcpOptions parseOptions() {
        options.parse(packet, IP_HEADER);
        return options;
    }
}
