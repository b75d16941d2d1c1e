package io.sluice.bench.hot;

import io.sluice.netstack.engine.TimerWheel;
import io.sluice.netstack.engine.WheelTimer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Ten thousand timers, as a retransmission timer is used: armed anew at every acknowledgement, and seldom due. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimerBenchmark {

    private static final int TIMERS = 10_000;
    private static final long RTO_NANOS = 200_000_000;

    private final Timer[] timers = new Timer[TIMERS];
    private TimerWheel wheel;
    private long now;
    private int next;

    private static final class Timer extends WheelTimer {
        private long expirations;

        @Override
        protected void expired(long nowNanos) {
            expirations++;
        }
    }

    @Setup
    public void arm() {
        wheel = new TimerWheel(0, deadline -> {});
        now = 0;
        for (int i = 0; i < TIMERS; i++) {
            timers[i] = new Timer();
            wheel.arm(timers[i], RTO_NANOS);
        }
    }

    @Benchmark
    public long armAnew() {
        now += 1_000;
        next = next + 1 == TIMERS ? 0 : next + 1;
        wheel.arm(timers[next], now + RTO_NANOS);
        return now;
    }

    @Benchmark
    public long armAnewAndAdvance() {
        armAnew();
        wheel.advance(now);
        return timers[next].expirations;
    }
}
