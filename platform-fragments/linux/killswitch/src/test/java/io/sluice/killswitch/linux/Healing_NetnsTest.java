package io.sluice.killswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.killswitch.HostKillSwitch;
import io.sluice.killswitch.Settings;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.testkit.netns.NetworkNamespace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole kill switch on a real kernel: others remove its rules, its process dies, an operator takes it away. */
@Tag("netns")
class Healing_NetnsTest {

    /** Enough for a median; more by {@code -Dsluice.flushes=N}. */
    private static final int FLUSHES = Integer.getInteger("sluice.flushes", 20);

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Probe STRANGER = Probe.udp("198.51.100.99", 443);

    private Gateway gateway;
    private NftFirewallBackend backend = new NftFirewallBackend();
    private Optional<HostKillSwitch> killSwitch = Optional.empty();

    @TempDir
    private Path folder;

    @BeforeEach
    void gateway() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        gateway = new Gateway();
    }

    @AfterEach
    void remove() {
        killSwitch.ifPresent(HostKillSwitch::close);
        backend.deactivate();
        if (gateway != null) {
            gateway.close();
        }
    }

    private static Settings settings(KillSwitchMode mode) {
        return new Settings(Optional.of(mode), Allowance.NONE, false);
    }

    private HostKillSwitch start(KillSwitchMode mode) throws Exception {
        HostKillSwitch started =
                gateway.onHost(() -> HostKillSwitch.start(backend, folder, settings(mode), (status, event) -> {}));
        killSwitch = Optional.of(started);
        return started;
    }

    private void apply(FirewallPolicy policy) throws Exception {
        gateway.onHost(() -> {
            killSwitch.orElseThrow().apply(policy);
            return null;
        });
    }

    private KillSwitchStatus status() {
        try {
            return gateway.onHost(() -> killSwitch.orElseThrow().status());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(String what, Callable<Boolean> condition, Supplier<Object> last) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("%s: %s", what, last.get()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    /** A program of the host that sends without pause. */
    private final class Flood implements AutoCloseable {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicLong sent = new AtomicLong();
        private final Thread thread;

        Flood() throws Exception {
            // A thread inherits the namespace of the one that starts it.
            thread = gateway.onHost(() -> Thread.ofPlatform().start(() -> {
                while (!ended.get()) {
                    STRANGER.send();
                    sent.incrementAndGet();
                }
            }));
        }

        @Override
        public void close() throws InterruptedException {
            ended.set(true);
            thread.join();
        }
    }

    /** What another program does to the rules. */
    @FunctionalInterface
    private interface Flusher {
        void flush() throws Exception;
    }

    private List<Duration> flush() throws Exception {
        return flush(() -> gateway.host.exec("nft", "flush", "ruleset"));
    }

    private List<Duration> flush(Flusher other) throws Exception {
        List<Duration> took = new ArrayList<>();
        for (int i = 0; i < FLUSHES; i++) {
            long heals = status().heals();
            other.flush();
            await("healed", () -> status().heals() > heals, this::status);
            took.add(status().lastHeal().orElseThrow().took());
            assertThat(gateway.host.exec("nft", "list", "tables")).contains(NftTables.FILTER);
        }
        took.sort(null);
        return took;
    }

    @Test
    void lockdown_rulesetFlushedUnderLoad_nothingGetsOut() throws Exception {
        start(KillSwitchMode.LOCKDOWN);
        apply(Scene.CONNECTING);
        assertThat(status().limitations()).noneMatch(sentence -> sentence.contains("guard"));
        long before = gateway.seen();
        List<Duration> took;
        long sent;
        try (Flood flood = new Flood()) {
            took = flush();
            sent = flood.sent.get();
        }
        System.out.println("lockdown: " + sent + " canaries, " + FLUSHES + " flushes, "
                + (gateway.seen() - before) + " got out; back after " + took.get(took.size() / 2) + " (median), "
                + took.getLast() + " (longest)");
        assertThat(gateway.seen() - before).isZero();
        assertThat(gateway.comesOut(
                        gateway.host, Probe.tcp("198.51.100.7", 1080).marked()))
                .isTrue();
    }

    @Test
    void auto_rulesetFlushedUnderLoad_isBackAtOnce() throws Exception {
        start(KillSwitchMode.AUTO);
        apply(Scene.CONNECTING);
        long before = gateway.seen();
        List<Duration> took;
        long sent;
        try (Flood flood = new Flood()) {
            took = flush();
            sent = flood.sent.get();
        }
        System.out.println("auto: " + sent + " canaries, " + FLUSHES + " flushes, " + (gateway.seen() - before)
                + " got out; back after " + took.get(took.size() / 2) + " (median), " + took.getLast() + " (longest)");
        // The goal is 100 ms on a machine of its own, and the figure is printed; while others build here, it takes
        // longer.
        assertThat(took.get(took.size() / 2)).isLessThan(Duration.ofSeconds(1));
        assertThat(status().state()).isEqualTo(KillSwitchStatus.State.BLOCKED);
    }

    /** As a firewall's service, which lives on: then the kernel has nothing to clean up meanwhile, and the time is our own. */
    @Test
    void auto_rulesetFlushedByAProgramThatStays_isBackAtOnce() throws Exception {
        start(KillSwitchMode.AUTO);
        apply(Scene.CONNECTING);
        Process nft = new ProcessBuilder("ip", "netns", "exec", gateway.host.name(), "nft", "--interactive")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            List<Duration> took = flush(() -> {
                nft.getOutputStream().write("flush ruleset\n".getBytes(StandardCharsets.US_ASCII));
                nft.getOutputStream().flush();
            });
            System.out.println("auto, by a program that stays: " + FLUSHES + " flushes; back after "
                    + took.get(took.size() / 2) + " (median), " + took.getLast() + " (longest)");
            assertThat(took.get(took.size() / 2)).isLessThan(Duration.ofSeconds(1));
        } finally {
            nft.destroy();
            nft.waitFor();
        }
    }

    @Test
    void oneRuleIsAddedOrDeletedByOthers_isPutRight() throws Exception {
        start(KillSwitchMode.AUTO);
        apply(Scene.CONNECTING);
        String before = gateway.host.exec("nft", "-s", "list", "ruleset");
        gateway.host.exec("nft", "insert", "rule", "inet", NftTables.FILTER, "output", "accept");
        await("healed", () -> status().heals() >= 1, this::status);
        assertThat(gateway.host.exec("nft", "-s", "list", "ruleset")).isEqualTo(before);
        gateway.host.exec("nft", "flush", "chain", "inet", NftTables.FILTER, "input");
        await("healed", () -> status().heals() >= 2, this::status);
        assertThat(gateway.host.exec("nft", "-s", "list", "ruleset")).isEqualTo(before);
        gateway.host.exec("nft", "add", "table", "inet", "somebody");
        assertThat(status().heals())
                .as("what others do to their own tables is theirs")
                .isEqualTo(2);
    }

    @Test
    void lockdown_interfaceComes_isGuarded() throws Exception {
        start(KillSwitchMode.LOCKDOWN);
        gateway.host.exec("ip", "link", "add", "usb0", "type", "veth", "peer", "name", "usb1");
        await(
                "guarded",
                () -> gateway.host.exec("nft", "list", "ruleset").contains("device \"usb0\""),
                () -> gateway.host.exec("nft", "list", "ruleset"));
        gateway.host.exec("ip", "link", "delete", "usb0");
        apply(Scene.CONNECTING);
        assertThat(gateway.host.exec("nft", "list", "ruleset"))
                .contains("device \"wan0\"")
                .doesNotContain("usb0");
    }

    @Test
    void disarm_everythingIsAsBefore() throws Exception {
        String before = picture();
        for (KillSwitchMode mode : List.of(KillSwitchMode.AUTO, KillSwitchMode.LOCKDOWN)) {
            start(mode);
            apply(Scene.CONNECTED);
            assertThat(picture())
                    .isNotEqualTo(before)
                    .contains("arp_ignore = 2", "tcp_mtu_probing = 1", "tcp_base_mss = 512", NftTables.FILTER);
            gateway.onHost(() -> killSwitch.orElseThrow().disarm());
            assertThat(picture()).isEqualTo(before);
            assertThat(gateway.comesOut(gateway.host, STRANGER)).isTrue();
            killSwitch.orElseThrow().close();
            Files.delete(folder.resolve("state"));
        }
    }

    private String picture() {
        return gateway.host.exec("nft", "-s", "list", "ruleset")
                + gateway.host.exec(
                        "sysctl",
                        "net.ipv4.conf",
                        "net.ipv6.conf",
                        "net.ipv4.tcp_mtu_probing",
                        "net.ipv4.tcp_base_mss");
    }

    @Test
    void processIsKilled_rulesStayAndTheNextOneTakesThemOver() throws Exception {
        String open = picture();
        Path output = folder.resolve("dying.out");
        Process child = gateway.host.start(
                output,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                Dying.class.getName(),
                folder.toString());
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as(Files.readString(output)).isEqualTo(137);
        assertThat(gateway.comesOut(gateway.host, STRANGER)).isFalse();
        assertThat(gateway.comesOut(gateway.client, STRANGER)).isFalse();
        String left = gateway.host.exec("nft", "-s", "list", "table", "inet", NftTables.FILTER);
        HostKillSwitch successor = start(KillSwitchMode.AUTO);
        assertThat(gateway.host.exec("nft", "-s", "list", "table", "inet", NftTables.FILTER))
                .isEqualTo(left);
        assertThat(status().state()).isEqualTo(KillSwitchStatus.State.BLOCKED);
        apply(new FirewallPolicy.Disconnected(false, Scene.OWN, Scene.ADDRESSES));
        assertThat(gateway.comesOut(gateway.host, STRANGER)).isFalse();
        gateway.onHost(successor::disarm);
        assertThat(picture()).isEqualTo(open);
    }

    /** Closes the host, as connected in lockdown and then auto, and is killed. */
    static final class Dying {

        public static void main(String[] args) throws Exception {
            HostKillSwitch host = HostKillSwitch.start(
                    new NftFirewallBackend(), Path.of(args[0]), settings(KillSwitchMode.AUTO), (status, event) -> {});
            host.apply(Scene.CONNECTED);
            new ProcessBuilder(
                            "kill", "-9", Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        }
    }
}
