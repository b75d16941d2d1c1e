package io.sluice.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;

/** Fifty swaps of every kind, with traffic through each, leave no thread, class loader, descriptor or buffer behind. */
@RunWith(ApplianceRunner.class)
@ExamReactorStrategy(PerClass.class)
public class LeakTest {

    private static final int SWAPS = 50;

    /** Each with its fragment: a swap takes both. */
    private static final List<String[]> ROOMS = List.of(
            new String[] {"io.sluice.outbound.socks"},
            new String[] {"io.sluice.policy"},
            new String[] {"io.sluice.route", "io.sluice.route.linux"},
            new String[] {"io.sluice.netstack"},
            new String[] {"io.sluice.systemstack"},
            new String[] {"io.sluice.flow"},
            new String[] {"io.sluice.tun", "io.sluice.tun.linux"},
            new String[] {"io.sluice.outbound.direct"},
            new String[] {"io.sluice.egress", "io.sluice.egress.linux"},
            new String[] {"io.sluice.inbound.socks"},
            new String[] {"io.sluice.inbound.vless"},
            new String[] {"io.sluice.outbound.vless"},
            new String[] {"io.sluice.transport.websocket"},
            new String[] {"io.sluice.tunnel"});

    /** Twice the goal of a whole swap, 500 ms. */
    private static final Duration CATCH_UP = Duration.ofSeconds(1);

    /** The JVM's own: a compiler or cleaner thread, a library's lazily opened file. One leak a swap would be fifty. */
    static final int TOLERANCE = 3;

    /** Classes that the JVM makes as it goes (lambdas, reflection); the least of our bundles has more than that five times over. */
    private static final int CLASS_TOLERANCE = 150;

    /** Chunks that the allocator keeps for its threads. */
    private static final long DIRECT_TOLERANCE = 8L << 20;

    @Inject
    public BundleContext context;

    private final Map<String, List<WeakReference<ClassLoader>>> replaced = new LinkedHashMap<>();

    @Configuration
    public static Option[] appliance() throws IOException {
        return Distribution.with(World.CONFIGURATION);
    }

    @Test
    public void fiftySwapsLeaveNothingBehind() throws Exception {
        Appliance appliance = new Appliance(context);
        World.around(appliance);
        for (String[] room : ROOMS) {
            swap(appliance, room);
        }
        awaitUnloaded();
        Footprint before = Footprint.now();
        long start = System.nanoTime();
        for (int i = 0; i < SWAPS; i++) {
            swap(appliance, ROOMS.get(i % ROOMS.size()));
        }
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        Map<String, Long> held = awaitUnloaded();
        settle(before);
        Footprint after = Footprint.now();
        System.out.printf(
                "LEAK %d swaps in %d s%nLEAK before %s%nLEAK after  %s%nLEAK class loaders still held: %s%nLEAK more:"
                        + " %s%n",
                SWAPS, seconds, before, after, held, after.beyond(before));

        assertEquals("class loaders of replaced bundles are held", Map.of(), held);
        assertTrue(after.beyond(before), after.threadCount() <= before.threadCount() + TOLERANCE);
        assertTrue(after.beyond(before), after.descriptorCount() <= before.descriptorCount() + TOLERANCE);
        assertTrue(after.toString(), after.classes() <= before.classes() + CLASS_TOLERANCE);
        assertTrue(after.toString(), after.nettyDirect() <= before.nettyDirect() + DIRECT_TOLERANCE);
    }

    private void swap(Appliance appliance, String... room) throws Exception {
        ClassLoader old = appliance.bundle(room[0]).adapt(BundleWiring.class).getClassLoader();
        replaced.computeIfAbsent(room[0], name -> new ArrayList<>()).add(new WeakReference<>(old));
        appliance.swap(room);
        World.around(appliance);
        traffic(appliance, room[0], World.DIRECT_PORT, Proxy.NO_PROXY);
        traffic(appliance, room[0], World.SOCKS_PORT, Proxy.NO_PROXY);
        traffic(appliance, room[0], World.VLESS_PORT, Proxy.NO_PROXY);
        traffic(appliance, room[0], World.DIRECT_PORT, World.DOOR);
    }

    /** New flows may be refused until the last room has heard of the others; how long and why is told. */
    private static void traffic(Appliance appliance, String swapped, int port, Proxy via) throws Exception {
        long end = System.nanoTime() + CATCH_UP.toNanos();
        Optional<String> fault = tried(port, via);
        while (fault.isPresent() && System.nanoTime() < end) {
            System.out.printf(
                    "LEAK after the swap of %s, port %d by %s: %s; newest flow: %s%n",
                    swapped,
                    port,
                    via.type(),
                    fault.get(),
                    appliance.recentFlows().stream().findFirst());
            Thread.sleep(20);
            fault = tried(port, via);
        }
        assertEquals("after the swap of " + swapped + ", port " + port + " by " + via, Optional.empty(), fault);
    }

    private static Optional<String> tried(int port, Proxy via) throws InterruptedException {
        try (Download download = World.downloads(1, port, via).getFirst()) {
            Appliance.await(
                    "bytes come",
                    () -> download.received() > 100_000 || download.fault().isPresent());
            download.enough();
            return download.fault();
        }
    }

    /** Collects garbage until no replaced loader is left, or patience ends; returns how many are. */
    private Map<String, Long> awaitUnloaded() throws InterruptedException {
        Map<String, Long> held = new TreeMap<>();
        long end = System.nanoTime() + Appliance.PATIENCE.toNanos() / 2;
        do {
            System.gc();
            held.clear();
            replaced.forEach((name, loaders) -> held.put(
                    name,
                    loaders.stream().filter(loader -> loader.get() != null).count()));
            held.values().removeIf(n -> n == 0);
            Thread.sleep(held.isEmpty() ? 0 : 200);
        } while (!held.isEmpty() && System.nanoTime() < end);
        return held;
    }

    /** Sockets in their last handshake, idle pool threads and what a collector has not yet come to go within seconds. */
    private static void settle(Footprint before) throws Exception {
        long end = System.nanoTime() + Appliance.PATIENCE.toNanos() / 2;
        Footprint now = Footprint.now();
        while (System.nanoTime() < end
                && (now.threadCount() > before.threadCount()
                        || now.descriptorCount() > before.descriptorCount()
                        || now.classes() > before.classes() + CLASS_TOLERANCE
                        || now.nettyDirect() > before.nettyDirect() + DIRECT_TOLERANCE)) {
            Thread.sleep(200);
            now = Footprint.now();
        }
    }
}
