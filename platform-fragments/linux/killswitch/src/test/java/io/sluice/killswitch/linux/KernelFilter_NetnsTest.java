package io.sluice.killswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.net.IpPrefix;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.spi.Filter;
import io.sluice.testkit.netns.NetworkNamespace;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real kernel: what we say by netlink is what the program nft makes of our text. */
@Tag("netns")
class KernelFilter_NetnsTest {

    private NetworkNamespace host;
    private NetworkNamespace twin;
    private final KernelFilter kernel = new KernelFilter();

    @TempDir
    private Path folder;

    @BeforeEach
    void hosts() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        host = NetworkNamespace.create();
        twin = NetworkNamespace.create();
        host.link("wan0", "203.0.113.2/24", twin, "wan0", "203.0.113.1/24");
    }

    @AfterEach
    void remove() {
        kernel.close();
        if (host != null) {
            host.close();
            twin.close();
        }
    }

    private void set(Filter filter) throws Exception {
        host.call(() -> {
            kernel.set(filter);
            return null;
        });
    }

    /** Another program that keeps a table of our name for itself (NFT_TABLE_F_OWNER); the table goes with it. */
    private final class Owner implements AutoCloseable {
        private final Process nft;

        Owner(String table) throws Exception {
            nft = new ProcessBuilder("ip", "netns", "exec", host.name(), "nft", "--interactive")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            nft.getOutputStream()
                    .write("add table %1$s; delete table %1$s; add table %1$s { flags owner; }%n"
                            .formatted(table)
                            .getBytes(StandardCharsets.US_ASCII));
            nft.getOutputStream().flush();
            long patience = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!host.exec("nft", "list", "ruleset").matches("(?s).*table " + table + " \\{[^}]*flags owner.*")) {
                assertThat(System.nanoTime()).as("the other owner").isLessThan(patience);
            }
        }

        @Override
        public void close() throws InterruptedException {
            nft.destroy();
            nft.waitFor();
        }
    }

    /** To ask again helps nothing, and whoever waits for the answer has an alarm to give: it comes at once, and is the same each time. */
    @Test
    void set_tableIsAnothers_isDeniedAtOnceHoweverOften() throws Exception {
        Filter filter = FilterPlan.of(Scene.CONNECTED, Scene.LAN, true);
        set(filter);
        try (Owner _ = new Owner("inet " + NftTables.FILTER)) {
            for (int i = 0; i < 5; i++) {
                long begun = System.nanoTime();
                assertThatThrownBy(() -> set(filter))
                        .isInstanceOfSatisfying(
                                KillSwitchException.class,
                                e -> assertThat(e.code()).isEqualTo(KillSwitchException.Code.FILTER_DENIED));
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                System.out.println("denied after " + took.toMillis() + " ms");
                assertThat(took)
                        .as("below the patience with a kernel that does not answer")
                        .isLessThan(Duration.ofSeconds(4));
            }
        }
        set(filter);
        assertThat(host.exec("nft", "list", "ruleset")).contains("hook output");
    }

    @Test
    void guardIsAnothers_theFilterIsSetAndRemovedWithoutIt() throws Exception {
        Filter guarded = FilterPlan.of(Scene.CONNECTED, Scene.LAN, true);
        Filter unguarded = FilterPlan.of(Scene.CONNECTED, Scene.LAN, false);
        try (Owner _ = new Owner("netdev " + NftTables.GUARD)) {
            for (Filter filter : List.of(guarded, unguarded, guarded)) {
                set(filter);
                assertThat(host.exec("nft", "list", "table", "inet", NftTables.FILTER))
                        .contains("hook output");
                assertThat(kernel.guardLimitation().orElseThrow())
                        .contains("Another program owns a table netdev sluice_guard");
            }
            host.exec("nft", "delete", "table", "inet", NftTables.FILTER);
            set(guarded);
            assertThat(host.exec("nft", "list", "ruleset")).contains("hook output");
            assertThat(host.call(kernel::remove)).isTrue();
            assertThat(host.exec("nft", "list", "ruleset")).doesNotContain(NftTables.FILTER);
            assertThat(kernel.guardLimitation()).isPresent();
            set(guarded);
        }
        set(guarded);
        assertThat(kernel.guardLimitation()).isEmpty();
        assertThat(host.exec("nft", "list", "ruleset")).contains("hook egress device \"wan0\"");
    }

    /** The interface that the kept batch names is gone: what is put back fits those that are there. */
    @Test
    void set_againAfterAnInterfaceHasGone_isMadeAnew() throws Exception {
        Filter filter = FilterPlan.of(Scene.CONNECTED, Scene.LAN, true);
        host.exec("ip", "link", "add", "usb0", "type", "veth", "peer", "name", "usb1");
        set(filter);
        host.exec("ip", "link", "delete", "usb0");
        host.exec("nft", "flush", "ruleset");
        set(filter);
        assertThat(host.exec("nft", "list", "ruleset"))
                .contains("hook output", "hook egress device \"wan0\"")
                .doesNotContain("usb0");
    }

    @Test
    void set_everyPolicyAndAllowance_asNftTranslatesTheText() throws Exception {
        Allowance byInterface = new Allowance(
                true, List.of("lan0", "lan1"), List.of(22, 9080), List.of(IpPrefix.parse("192.0.2.0/24")));
        FirewallPolicy resolving = new FirewallPolicy.Connected(
                Scene.ANYTHING,
                Scene.TUN,
                List.of(),
                List.of(InetAddress.ofLiteral("9.9.9.9"), InetAddress.ofLiteral("2620:fe::fe")));
        List<Filter> filters = List.of(
                FilterPlan.of(Scene.CONNECTED, Scene.LAN, true),
                FilterPlan.of(Scene.BLOCKED, Allowance.NONE, false),
                FilterPlan.of(resolving, byInterface, true));
        for (Filter filter : filters) {
            set(filter);
            Path file = Files.writeString(folder.resolve("rules.nft"), BootRules.rules(Optional.of(filter)));
            twin.exec("nft", "-f", file.toString());
            String ours = host.exec("nft", "-s", "list", "table", "inet", NftTables.FILTER);
            String theirs = twin.exec("nft", "-s", "list", "table", "inet", NftTables.FILTER);
            assertThat(ours).isEqualTo(theirs);
            assertThat(ours.lines().filter(line -> line.contains("comment")).count())
                    .isEqualTo(NftTables.expected(filter).size());
        }
    }
}
