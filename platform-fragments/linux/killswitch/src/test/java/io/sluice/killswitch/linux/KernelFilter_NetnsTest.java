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

    /** A table of our name that another program owns (NFT_TABLE_F_OWNER): to ask again helps nothing, and whoever waits for the answer has an alarm to give. */
    @Test
    void set_tableIsAnothers_isDeniedAfterTwoAttempts() throws Exception {
        Filter filter = FilterPlan.of(Scene.CONNECTED, Scene.LAN, true);
        set(filter);
        Process owner = new ProcessBuilder("ip", "netns", "exec", host.name(), "nft", "--interactive")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            owner.getOutputStream()
                    .write("delete table inet sluice_killswitch; add table inet sluice_killswitch { flags owner; }\n"
                            .getBytes(StandardCharsets.US_ASCII));
            owner.getOutputStream().flush();
            long patience = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!host.exec("nft", "list", "ruleset").contains("flags owner")) {
                assertThat(System.nanoTime()).as("the other owner").isLessThan(patience);
            }
            long begun = System.nanoTime();
            assertThatThrownBy(() -> set(filter))
                    .isInstanceOfSatisfying(
                            KillSwitchException.class,
                            e -> assertThat(e.code()).isEqualTo(KillSwitchException.Code.FILTER_DENIED));
            System.out.println("denied after "
                    + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
        } finally {
            owner.destroy();
            owner.waitFor();
        }
        set(filter);
        assertThat(host.exec("nft", "list", "ruleset")).contains("hook output");
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
