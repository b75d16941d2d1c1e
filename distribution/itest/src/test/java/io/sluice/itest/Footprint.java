package io.sluice.itest;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this process holds.
 *
 * @param threads how many of each name, numbers in it left out
 * @param descriptors how many of each target, numbers in it left out
 * @param classes loaded and not unloaded
 * @param metaspace bytes that their descriptions take
 * @param nettyDirect bytes of direct memory that Netty's allocator of the framework has
 */
record Footprint(
        Map<String, Long> threads, Map<String, Long> descriptors, int classes, long metaspace, long nettyDirect) {

    static Footprint now() throws IOException {
        System.gc();
        Map<String, Long> threads = Thread.getAllStackTraces().keySet().stream()
                .collect(Collectors.groupingBy(
                        thread -> withoutNumbers(thread.getName()), TreeMap::new, Collectors.counting()));
        Map<String, Long> descriptors;
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            descriptors = open.collect(Collectors.groupingBy(Footprint::target, TreeMap::new, Collectors.counting()));
        }
        long direct = ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
        long metaspace = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .mapToLong(pool -> pool.getUsage().getUsed())
                .sum();
        return new Footprint(
                threads,
                descriptors,
                ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
                metaspace,
                direct);
    }

    private static String target(Path descriptor) {
        try {
            return withoutNumbers(Files.readSymbolicLink(descriptor).toString());
        } catch (NoSuchFileException e) {
            return "gone";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String withoutNumbers(String name) {
        return name.replaceAll("[0-9]+", "#");
    }

    long threadCount() {
        return sum(threads);
    }

    long descriptorCount() {
        return sum(descriptors);
    }

    /** What there is more of than before, for a message. */
    String beyond(Footprint before) {
        return "threads " + more(before.threads, threads) + ", descriptors " + more(before.descriptors, descriptors);
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(n -> n).sum();
    }

    private static Map<String, Long> more(Map<String, Long> before, Map<String, Long> now) {
        Map<String, Long> more = new TreeMap<>(now);
        more.replaceAll((name, n) -> n - before.getOrDefault(name, 0L));
        more.values().removeIf(n -> n <= 0);
        return more;
    }

    @Override
    public String toString() {
        return threadCount() + " threads, " + descriptorCount() + " descriptors, " + classes + " classes, "
                + metaspace / 1024 + " KiB of metaspace, "
                + nettyDirect / 1024 + " KiB of Netty's direct memory";
    }
}
