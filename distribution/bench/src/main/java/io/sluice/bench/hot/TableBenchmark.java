package io.sluice.bench.hot;

import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.EndpointTable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding a flow by its 5-tuple among others, each time another one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TableBenchmark {

    /** An IPv4 address as the engine keeps it, {@code ::ffff:0:0}. */
    private static final long MAPPED = 0xffff_0000_0000L;

    @Param({"100", "10000"})
    int flows;

    private EndpointTable<Flow> table;
    private int next;

    private static final class Flow extends Endpoint {

        Flow(int number) {
            super(0, MAPPED | 0x0a00_0002, 0, MAPPED | 0xc000_0201, Endpoint.ports(number, 443));
        }

        @Override
        protected void expired(long nowNanos) {
            throw new IllegalStateException("never armed");
        }
    }

    @Setup
    public void fill() {
        table = new EndpointTable<>(42);
        for (int i = 0; i < flows; i++) {
            table.add(new Flow(1_024 + i));
        }
    }

    @Benchmark
    public Object find() {
        next = next + 1 == flows ? 0 : next + 1;
        return table.find(0, MAPPED | 0x0a00_0002, 0, MAPPED | 0xc000_0201, Endpoint.ports(1_024 + next, 443));
    }

    @Benchmark
    public Object miss() {
        return table.find(0, MAPPED | 0x0a00_0003, 0, MAPPED | 0xc000_0201, Endpoint.ports(1_024, 443));
    }
}
