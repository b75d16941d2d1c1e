package io.sluice.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Many inputs for every codec, mutated from the kept ones by a known seed: {@code -Dsluice.fuzz.inputs=1000000} for a whole run, {@code -Dsluice.fuzz.only=vmess,xudp} for those with one of the words in their names. Nothing is
 * thrown, or reaches the end of a pipeline, no input takes long, memory is bounded by what came, and every buffer is released. The module's tests use Netty's plain allocator on the heap, which counts exactly.
 */
class MutatedInputsTest {

    private static final int INPUTS = Integer.getInteger("sluice.fuzz.inputs", 5_000);

    private static final List<String> ONLY =
            List.of(System.getProperty("sluice.fuzz.only", "").split(","));

    private static final long SEED = Long.getLong("sluice.fuzz.seed", 20_261_130L);

    /** What an input of no octets may take: a channel with its handlers, a cipher, the windows of HTTP/2. */
    private static final long ALLOCATED = 2L << 20;

    /** And each of its octets: a long input comes in some hundred pieces, each of which may copy what came before. */
    private static final long ALLOCATED_AN_OCTET = 4_096;

    /** Of direct memory, at any time: the JVM's limit for this module. */
    private static final long DIRECT = 64L << 20;

    /** A machine that does something else for as long has other worries. */
    private static final long SECONDS = 30;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final ByteBufAllocatorMetric buffers = UnpooledByteBufAllocator.DEFAULT.metric();

    private final Logger netty = Logger.getLogger("io.netty");
    private final Unhandled unhandled = new Unhandled();

    @BeforeEach
    void listen() {
        assertThat(InternalLoggerFactory.getDefaultFactory())
                .as("where Netty logs to")
                .isInstanceOf(JdkLoggerFactory.class);
        netty.setLevel(Level.WARNING); // as the product's logback.xml: HTTP/2 has a line for each frame that it ignores
        netty.setUseParentHandlers(false);
        netty.addHandler(unhandled);
    }

    @AfterEach
    void listenNoMore() {
        netty.removeHandler(unhandled);
        netty.setUseParentHandlers(true);
        netty.setLevel(null);
    }

    @Test
    void everyTarget_hasInputs() {
        assertThat(Codec.withoutInputs()).isEmpty();
    }

    @Test
    void everyCodec_takesEveryInput() throws IOException {
        assertThat(PlatformDependent.maxDirectMemory())
                .as("io.netty.maxDirectMemory: see the module's pom.xml")
                .isEqualTo(DIRECT);
        Map<String, String> wrong = new TreeMap<>();
        List<String> done = new ArrayList<>();
        for (Codec codec : Codec.all()) {
            if (ONLY.stream().anyMatch(codec.name()::contains)) {
                play(codec, wrong);
                done.add(codec.name());
            }
        }
        assertThat(done).isNotEmpty();
        assertThat(wrong).isEmpty();
    }

    private void play(Codec codec, Map<String, String> wrong) throws IOException {
        Mutation mutation = new Mutation(codec.seeds(), SEED);
        long most = 0;
        long octets = 0;
        warm(codec);
        long begun = System.nanoTime();
        for (int i = 0; i < INPUTS; i++) {
            byte[] input = mutation.next();
            octets += input.length;
            long held = held();
            long before = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            unhandled.told = "";
            String fault = thrown(codec, input);
            long nanos = System.nanoTime() - start;
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            most = Math.max(most, allocated - ALLOCATED_AN_OCTET * input.length);
            if (fault.isEmpty()) {
                fault = unhandled.told;
            }
            if (fault.isEmpty() && held() != held) {
                fault = held() - held + " octets of buffers were not released";
            }
            if (fault.isEmpty() && allocated > ALLOCATED + ALLOCATED_AN_OCTET * input.length) {
                fault = allocated + " octets were allocated";
            }
            if (fault.isEmpty() && nanos > SECONDS * 1_000_000_000) {
                fault = "it took " + nanos / 1_000_000 + " ms";
            }
            if (!fault.isEmpty()) {
                wrong.put(
                        codec.name(),
                        "input " + i + " of " + input.length + " octets, kept as " + kept(codec, input) + ": " + fault);
                return;
            }
        }
        System.err.printf(
                Locale.ROOT,
                "%s: %,d inputs of %,d octets together in %.1f s, at most %,d octets allocated beyond the allowance for length%n",
                codec.name(),
                INPUTS,
                octets,
                (System.nanoTime() - begun) / 1e9,
                Math.max(0, most));
    }

    /** What is made but once in a JVM is made here. */
    private static void warm(Codec codec) {
        for (byte[] seed : codec.seeds()) {
            thrown(codec, seed);
        }
    }

    private static String thrown(Codec codec, byte[] input) {
        try {
            codec.target().invokeExact(input.clone());
            return "";
        } catch (Throwable e) {
            StringBuilder text = new StringBuilder(e.toString());
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                text.append("\n  ").append(cause);
                for (StackTraceElement at : cause.getStackTrace()) {
                    if (at.getClassName().startsWith("io.sluice.")
                            || at.getClassName().startsWith("io.netty.")) {
                        text.append("\n    at ").append(at);
                    }
                }
            }
            return text.toString();
        }
    }

    private long held() {
        return buffers.usedHeapMemory() + buffers.usedDirectMemory();
    }

    private static Path kept(Codec codec, byte[] input) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "mutated"));
        return Files.write(folder.resolve(codec.name()), input);
    }

    /** What no handler takes Netty logs, with its stack, and a buffer that was lost: whoever may cause that could fill the log. */
    private static final class Unhandled extends Handler {

        private String told = "";

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                told = line.getMessage() + ": " + line.getThrown();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
