package io.sluice.bench.hot;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One step of a relay through the whole engine: packet to user, and user to packets to acknowledgement, also with holes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineBenchmark {

    private EstablishedEngine engine;

    @Setup
    public void establish() {
        engine = new EstablishedEngine();
    }

    @TearDown
    public void detach() {
        engine.detach();
    }

    /** A super-packet of 40,000 octets arrives, is read and acknowledged. */
    @Benchmark
    public void receiveSuperPacket() {
        engine.receive(true);
    }

    /** A segment of 100 octets arrives, is read and acknowledged in its turn. */
    @Benchmark
    public void receiveSmallSegment() {
        engine.receive(false);
    }

    /** 64 KiB are written and acknowledged. */
    @Benchmark
    public void sendAndAcknowledge() {
        engine.send();
        engine.acknowledgeAll();
    }

    /** 64 KiB are written; their second half is acknowledged selectively first, then everything. */
    @Benchmark
    public void sendAndAcknowledgeSelectively() {
        engine.send();
        engine.acknowledgeSecondHalf();
        engine.acknowledgeAll();
    }
}
