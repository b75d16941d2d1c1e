package io.sluice.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.sluice.api.config.ConfigStore;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import java.io.IOException;
import java.net.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * A room is swapped while {@value #FLOWS} downloads run by the outbound {@code direct} and {@value #FLOWS} by {@code socks}, all through
 * the TUN device: flows that don't use it lose no byte, the others end with a reason.
 */
@RunWith(ApplianceRunner.class)
@ExamReactorStrategy(PerClass.class)
public class SwapTest {

    private static final int FLOWS = 20;

    /** Beside so many others. */
    private static final int FEW = 5;

    /** How often what one protocol stands on is exchanged. */
    private static final int TIMES = Integer.getInteger("sluice.itest.swaps", 3);

    /** What each download receives before and after a swap at least: many windows, and more than all buffers on the way. */
    private static final long MEANWHILE = 1_000_000;

    @Inject
    public BundleContext context;

    private Appliance appliance;
    private final List<Download> all = new ArrayList<>();

    @Configuration
    public static Option[] appliance() throws IOException {
        return Distribution.with(World.CONFIGURATION);
    }

    @Before
    public void connect() throws Exception {
        appliance = new Appliance(context);
        World.around(appliance);
    }

    @After
    public void abortWhatIsLeft() {
        all.forEach(Download::close);
    }

    @Test
    public void outboundSocks() throws Exception {
        List<Download> direct = running(World.DIRECT_PORT, Proxy.NO_PROXY);
        List<Download> socks = running(World.SOCKS_PORT, Proxy.NO_PROXY);
        Set<Integer> clients = clientPorts(socks);

        Duration gap = swap("io.sluice.outbound.socks");

        moveOn(direct);
        Appliance.await(
                "the socks flows have ended", () -> socks.stream().noneMatch(Download::running), () -> faults(socks));
        Map<CloseReason, Long> reasons = ended(clients, Map.of(CloseReason.OUTBOUND_WITHDRAWN, (long) FLOWS));
        end(direct);
        end(running(World.SOCKS_PORT, Proxy.NO_PROXY));
        report("outbound.socks", gap, direct, reasons);
    }

    @Test
    public void outboundVless() throws Exception {
        exchangeUnderVless("io.sluice.outbound.vless", World.VLESS_PORT);
    }

    @Test
    public void transportWebsocket() throws Exception {
        exchangeUnderVless("io.sluice.transport.websocket", World.WEBSOCKET_PORT);
    }

    /** A layer is taken away while flows run through it, through the same protocol without it, and through other outbounds; then it is back. */
    @Test
    public void transportWebsocket_stopped() throws Exception {
        List<Download> others = tunnelled();
        others.addAll(running(FEW, World.VLESS_PORT, Proxy.NO_PROXY));
        List<Download> layered = running(World.WEBSOCKET_PORT, Proxy.NO_PROXY);
        Set<Integer> clients = clientPorts(layered);
        Map<String, String> before = appliance.components();
        Bundle layer = appliance.bundle("io.sluice.transport.websocket");
        all.forEach(Download::takeLongestGap);

        layer.stop();

        Appliance.await(
                "the flows through the layer have ended",
                () -> layered.stream().noneMatch(Download::running),
                () -> faults(layered));
        Map<CloseReason, Long> reasons = ended(clients, Map.of(CloseReason.OUTBOUND_WITHDRAWN, (long) FLOWS));
        List<String> told = appliance.diagnosis("(vless-ws)");
        assertEquals(told.toString(), 1, told.size());
        assertTrue(told.toString(), told.getFirst().contains("it needs StreamLayer with"));
        assertTrue(told.toString(), told.getFirst().contains("(not active: io.sluice.transport.websocket)"));
        assertEquals(List.of(), appliance.diagnosis("(vless)"));
        refused(World.WEBSOCKET_PORT, "vless-ws");
        moveOn(others);

        long start = System.nanoTime();
        layer.start();

        Appliance.await(
                "every component is what it was",
                () -> appliance.components().equals(before),
                () -> appliance.difference(before));
        Duration gap = Duration.ofNanos(System.nanoTime() - start);
        assertEquals(List.of(), appliance.diagnosis("(vless-ws)"));
        running(World.WEBSOCKET_PORT, Proxy.NO_PROXY).forEach(Download::close);
        moveOn(others);
        end(others);
        report("transport.websocket stopped", gap, others, reasons);
    }

    /** The first of a group is exchanged, by the layer that it stands on: no new flow fails, and those of the others notice nothing. */
    @Test
    public void memberOfAGroup() throws Exception {
        List<Download> others = running(FEW, World.VLESS_PORT, Proxy.NO_PROXY);
        List<Download> grouped = running(FEW, World.GROUP_PORT, Proxy.NO_PROXY);
        Set<Integer> clients = clientPorts(grouped);
        AtomicBoolean back = new AtomicBoolean();
        FutureTask<Integer> late = new FutureTask<>(() -> oneByOne(World.GROUP_PORT, back));
        Thread.ofPlatform().daemon().start(late);

        Duration gap = swap("io.sluice.transport.websocket");

        Appliance.await(
                "the flows by the member have ended",
                () -> grouped.stream().noneMatch(Download::running),
                () -> faults(grouped));
        back.set(true);
        int opened = late.get(Appliance.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Map<CloseReason, Long> reasons = ended(clients, Map.of(CloseReason.OUTBOUND_WITHDRAWN, (long) FEW));
        assertTrue("flows by the group meanwhile: " + opened, opened > 0);
        moveOn(others);
        end(others);
        Appliance.await("the group uses its first member again", () -> groupUses("vless-ws"));
        report("a group's member", gap, others, reasons);
    }

    /** Opens flows, each with a little of its download, until it is enough; none may fail. How many there were. */
    private static int oneByOne(int port, AtomicBoolean enough) throws InterruptedException {
        int opened = 0;
        while (!enough.get()) {
            try (Download one = World.downloads(1, port, Proxy.NO_PROXY).getFirst()) {
                Appliance.await("a download begins", () -> one.received() > 0 || !one.running());
                assertTrue("flow " + opened + ": " + one.fault(), one.received() > 0);
            }
            opened++;
            // Fewer than the table of ended flows remembers.
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return opened;
    }

    private boolean groupUses(String member) {
        try (Download one = World.downloads(1, World.GROUP_PORT, Proxy.NO_PROXY).getFirst()) {
            Appliance.await("a download begins", () -> one.received() > 0);
            return appliance.outbound("group").endsWith("in use: " + member);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A new flow by an outbound that is not active. */
    private void refused(int port, String outbound) throws Exception {
        Download late = World.downloads(1, port, Proxy.NO_PROXY).getFirst();
        all.add(late);
        Appliance.await("a new flow is refused", () -> !late.running());
        assertTrue(late.fault().toString(), late.fault().orElse("").contains("refused"));
        Appliance.await(
                "it is told why",
                () -> recentFlows().stream()
                        .anyMatch(flow -> flow.source().destination().getPort() == port
                                && flow.closeReason().equals(Optional.of(CloseReason.OUTBOUND_ABSENT))
                                && flow.detail().orElse("").contains("'" + outbound + "'")),
                () -> recentFlows().getFirst().toString());
    }

    private void exchangeUnderVless(String room, int port) throws Exception {
        List<Download> others = tunnelled();
        Footprint before = null;
        Duration longest = Duration.ZERO;
        for (int i = 0; i <= TIMES; i++) {
            List<Download> vless = running(port, Proxy.NO_PROXY);
            Set<Integer> clients = clientPorts(vless);

            Duration gap = swap(room);

            Appliance.await(
                    "the vless flows have ended",
                    () -> vless.stream().noneMatch(Download::running),
                    () -> faults(vless));
            ended(clients, Map.of(CloseReason.OUTBOUND_WITHDRAWN, (long) FLOWS));
            moveOn(others);
            longest = gap.compareTo(longest) > 0 ? gap : longest;
            // The first time, what is made but once is made.
            before = i == 0 ? Footprint.now() : before;
        }
        // Not to the end: a WebSocket has no half-close.
        running(port, Proxy.NO_PROXY).forEach(Download::close);
        Footprint first = before;
        Appliance.await("as many threads and descriptors as after the first time", () -> isAsSmallAs(first));
        end(others);
        System.out.printf("SWAP %s: %s after the first time, %s after %d more%n", room, first, Footprint.now(), TIMES);
        report(room.substring("io.sluice.".length()) + " " + TIMES + "x", longest, others, Map.of());
    }

    /** Waits until these are the ends of the flows: an end is accounted a moment after its client has seen it. */
    private Map<CloseReason, Long> ended(Set<Integer> clients, Map<CloseReason, Long> wanted)
            throws InterruptedException {
        Appliance.await(
                "the flows have ended with " + wanted,
                () -> wanted.equals(reasonsOf(clients)),
                () -> "but with " + reasonsOf(clients));
        return wanted;
    }

    private static boolean isAsSmallAs(Footprint first) {
        try {
            Footprint now = Footprint.now();
            return now.threadCount() <= first.threadCount() + LeakTest.TOLERANCE
                    && now.descriptorCount() <= first.descriptorCount() + LeakTest.TOLERANCE;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    public void routeAndItsFragment() throws Exception {
        List<Download> flows = running(World.DIRECT_PORT, Proxy.NO_PROXY);
        flows.addAll(running(World.SOCKS_PORT, Proxy.NO_PROXY));
        String before = World.kernelRoutes();

        Duration gap = swap("io.sluice.route", "io.sluice.route.linux");

        assertEquals(before, World.kernelRoutes());
        moveOn(flows);
        assertTrue("the tunnel noticed", appliance.connected());
        end(flows);
        end(running(World.DIRECT_PORT, Proxy.NO_PROXY));
        assertEquals(before, World.kernelRoutes());
        report("route + route.linux", gap, flows, Map.of());
    }

    @Test
    public void policy() throws Exception {
        List<Download> flows = running(World.DIRECT_PORT, Proxy.NO_PROXY);
        flows.addAll(running(World.SOCKS_PORT, Proxy.NO_PROXY));

        Duration gap = swap("io.sluice.policy");

        moveOn(flows);
        end(flows);
        end(running(World.DIRECT_PORT, Proxy.NO_PROXY));
        List<Download> socks = running(World.SOCKS_PORT, Proxy.NO_PROXY);
        for (Download download : socks) {
            FlowSnapshot flow =
                    appliance.flowOf(download.localPort(), World.SOCKS_PORT).orElseThrow();
            assertEquals("proxy", flow.outboundTag().orElseThrow());
        }
        end(socks);
        report("policy", gap, flows, Map.of());
    }

    @Test
    public void netstack() throws Exception {
        List<Download> tunnelled = running(World.DIRECT_PORT, Proxy.NO_PROXY);
        tunnelled.addAll(running(World.SOCKS_PORT, Proxy.NO_PROXY));
        List<Download> byTheDoor = running(World.DIRECT_PORT, World.DOOR);
        Set<Integer> clients = clientPorts(tunnelled);

        Duration gap = swap("io.sluice.netstack");

        awaitReset(tunnelled);
        Map<CloseReason, Long> reasons = ended(clients, Map.of(CloseReason.INBOUND_WITHDRAWN, 2L * FLOWS));
        moveOn(byTheDoor);
        end(byTheDoor);
        Appliance.await("the tunnel is connected", appliance::connected);
        end(running(World.DIRECT_PORT, Proxy.NO_PROXY));
        end(running(World.SOCKS_PORT, Proxy.NO_PROXY));
        report("netstack", gap, byTheDoor, reasons);
    }

    /** The kinds of stack, exchanged by the configuration; then the second's bundle while it is at work. */
    @Test
    public void stacksOfBothKinds() throws Exception {
        String link = World.link();
        List<Download> byTheDoor = running(World.DIRECT_PORT, World.DOOR);
        List<Download> user = tunnelled();

        exchange("system", user);
        assertEquals("the TUN device stayed", link, World.link());
        List<Download> system = tunnelled();
        assertEquals("the kernel's listeners", 1, World.listeners());

        Set<Integer> clients = clientPorts(system);
        Duration gap = swap("io.sluice.systemstack");
        awaitReset(system);
        ended(clients, Map.of(CloseReason.INBOUND_WITHDRAWN, 2L * FLOWS));
        Appliance.await("the tunnel is connected", appliance::connected);
        List<Download> again = tunnelled();

        exchange("user", again);
        Appliance.await("nobody listens any more", SwapTest::nobodyListens);
        assertEquals("the TUN device stayed", link, World.link());
        moveOn(byTheDoor);
        end(byTheDoor);
        end(tunnelled());
        report("systemstack", gap, byTheDoor, Map.of(CloseReason.INBOUND_WITHDRAWN, 2L * FLOWS));
    }

    private List<Download> tunnelled() throws InterruptedException {
        List<Download> flows = running(World.DIRECT_PORT, Proxy.NO_PROXY);
        flows.addAll(running(World.SOCKS_PORT, Proxy.NO_PROXY));
        return flows;
    }

    private void exchange(String stack, List<Download> flows) throws Exception {
        Set<Integer> clients = clientPorts(flows);
        String text = World.CONFIGURATION.replace("\"mtu\"", "\"stack\": \"" + stack + "\", \"mtu\"");
        appliance.use(ConfigStore.class, store -> store.apply(text, "test", "the " + stack + " stack"));
        awaitReset(flows);
        ended(clients, Map.of(CloseReason.INBOUND_WITHDRAWN, 2L * FLOWS));
        assertTrue("the tunnel stayed", appliance.connected());
    }

    private static boolean nobodyListens() {
        try {
            return World.listeners() == 0;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitReset(List<Download> flows) throws InterruptedException {
        Appliance.await(
                "the flows of the device have ended",
                () -> flows.stream().noneMatch(Download::running),
                () -> faults(flows));
        for (Download download : flows) {
            String fault = download.fault().orElse("it ended in order");
            assertTrue(fault, fault.contains("reset"));
        }
    }

    private Duration swap(String... rooms) throws Exception {
        all.forEach(Download::takeLongestGap);
        return appliance.swap(rooms);
    }

    private List<Download> running(int port, Proxy via) throws InterruptedException {
        return running(FLOWS, port, via);
    }

    private List<Download> running(int count, int port, Proxy via) throws InterruptedException {
        List<Download> started = World.downloads(count, port, via);
        all.addAll(started);
        moveOn(started);
        return started;
    }

    /** Waits until each has received a good deal more, and none has failed. */
    private static void moveOn(List<Download> downloads) throws InterruptedException {
        Map<Download, Long> before = downloads.stream().collect(Collectors.toMap(d -> d, Download::received));
        Appliance.await(
                "the downloads move on",
                () -> downloads.stream()
                        .allMatch(d -> d.received() - before.get(d) > MEANWHILE
                                || d.fault().isPresent()),
                () -> before.values().toString());
        assertEquals("", faults(downloads));
    }

    /** Ends them in order and holds that no byte was lost to the very end. */
    private static void end(List<Download> downloads) {
        downloads.forEach(Download::enough);
        assertEquals("", faults(downloads));
    }

    private static String faults(List<Download> downloads) {
        return downloads.stream().flatMap(d -> d.fault().stream()).distinct().collect(Collectors.joining("; "));
    }

    private static Set<Integer> clientPorts(List<Download> downloads) {
        return downloads.stream().map(Download::localPort).collect(Collectors.toSet());
    }

    /** Of the newest flow from each port: ports are used again. */
    private Map<CloseReason, Long> reasonsOf(Set<Integer> clients) {
        Map<Integer, FlowSnapshot> newest = new HashMap<>();
        for (FlowSnapshot flow : recentFlows()) {
            int port = flow.source().source().getPort();
            if (clients.contains(port)) {
                newest.merge(port, flow, (one, other) -> one.id() > other.id() ? one : other);
            }
        }
        Map<CloseReason, Long> reasons = new EnumMap<>(CloseReason.class);
        newest.values().forEach(flow -> reasons.merge(flow.closeReason().orElseThrow(), 1L, Long::sum));
        return reasons;
    }

    private List<FlowSnapshot> recentFlows() {
        try {
            return appliance.recentFlows();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void report(String swapped, Duration gap, List<Download> untouched, Map<CloseReason, Long> ended) {
        long bytes = untouched.stream().mapToLong(Download::received).sum();
        long stall = untouched.stream()
                .mapToLong(d -> d.takeLongestGap().toMillis())
                .max()
                .orElse(0);
        System.out.printf(
                "SWAP %-20s all components back after %4d ms; %d flows kept, %d MB byte-checked, longest pause of one"
                        + " %d ms; ended: %s%n",
                swapped, gap.toMillis(), untouched.size(), bytes / 1_000_000, stall, ended);
    }
}
