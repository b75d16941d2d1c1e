package io.sluice.bench.hot;

import io.sluice.wire.Checksum;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** RFC 1071's sum over direct memory: a header, a segment, a super-packet. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {

    @Param({"20", "1460", "65000"})
    int octets;

    private ByteBuffer memory;

    @Setup
    public void fill() {
        memory = ByteBuffer.allocateDirect(octets);
        byte[] random = new byte[octets];
        new Random(1).nextBytes(random);
        memory.put(0, random);
    }

    @Benchmark
    public int sum() {
        return Checksum.sum(memory, 0, octets);
    }
}
