package io.sluice.killswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.killswitch.HostKillSwitch;
import io.sluice.killswitch.Settings;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.testkit.netns.NetworkNamespace;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CVE-2019-14899: while the tunnel's device is there nobody on a link learns its addresses, whatever the state of the tunnel. */
@Tag("netns")
class TunnelAddress_NetnsTest {

    private static final Pattern PACKETS = Pattern.compile("packets (\\d+)");

    /** A listener of the gateway is there, and is not. */
    private static final int OPEN = 2222;

    private static final int CLOSED = 2223;

    /** Is answered on the gateway's other addresses, with a reset, for nobody listens. */
    private static final int ADMINISTRATION = 22;

    private static final List<String> OWN = List.of("172.19.0.1", "fdfe:dcba:9876::1");
    private static final List<String> NEXT = List.of("172.19.0.2", "fdfe:dcba:9876::2");

    private final NftFirewallBackend backend = new NftFirewallBackend();
    private Gateway gateway;

    /** Somebody on a link, with a private address, who sees what comes to him. */
    private record Neighbour(String name, NetworkNamespace namespace, String device, String gateway) {

        private void watch() {
            namespace.exec("nft", """
                add table netdev told
                add chain netdev told in { type filter hook ingress device "%s" priority 1; }
                add rule netdev told in meta protocol arp accept
                add rule netdev told in icmpv6 type { 130-137, 143 } accept
                add rule netdev told in counter
                """.formatted(device));
        }

        private long told() {
            Matcher packets = PACKETS.matcher(namespace.exec("nft", "list", "chain", "netdev", "told", "in"));
            assertThat(packets.find()).isTrue();
            return Long.parseLong(packets.group(1));
        }

        private void send(Probe probe) throws Exception {
            namespace.call(() -> {
                probe.send();
                return null;
            });
        }

        /** How many packets come back. The answer to a last probe comes behind those to this one. */
        private long answers(Probe probe) throws Exception {
            long before = told();
            send(probe);
            long answered = told();
            send(Probe.tcp(gateway, ADMINISTRATION));
            for (int look = 0; told() == answered && look < 300; look++) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            return told() - before - 1;
        }
    }

    @BeforeEach
    void gateway() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        gateway = new Gateway();
        gateway.host.exec("ip", "-6", "addr", "add", "fdfe:dcba:9876::1/126", "dev", Scene.TUN, "nodad");
        gateway.host.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.wan0.rp_filter=0");
        gateway.world.exec("ip", "addr", "add", "10.9.9.9/32", "dev", "lo");
        gateway.world.exec("ip", "addr", "add", "fd09::9/128", "dev", "lo");
        gateway.world.exec("ip", "route", "add", "172.19.0.0/30", "via", "192.0.2.2", "src", "10.9.9.9");
        gateway.world.exec("ip", "route", "add", "fdfe:dcba:9876::/126", "via", "2001:db8:0:1::2", "src", "fd09::9");
    }

    @AfterEach
    void remove() {
        backend.deactivate();
        if (gateway != null) {
            gateway.close();
        }
    }

    private static List<Probe> probes(List<String> targets) {
        List<Probe> probes = new ArrayList<>();
        for (String to : targets) {
            probes.add(Probe.tcp(to, OPEN));
            probes.add(Probe.tcp(to, CLOSED));
            probes.add(Probe.tcp(to, ADMINISTRATION));
            probes.add(Probe.udp(to, 9));
            probes.add(Probe.raw(to.contains(":") ? 58 : 1, to));
        }
        return probes;
    }

    @Test
    void everyState_nothingAnswersForTheTunnelsAddresses() throws Exception {
        List<Neighbour> neighbours = neighbours();
        try (ServerSocket _ = gateway.onHost(() -> new ServerSocket(OPEN))) {
            List<String> wrong = unanswered(neighbours);
            for (FirewallPolicy policy : List.of(
                    Scene.CONNECTING,
                    Scene.CONNECTED,
                    Scene.BLOCKED,
                    new FirewallPolicy.Disconnected(false, Scene.OWN, Scene.ADDRESSES))) {
                for (List<String> interfaces : List.of(List.of("lan0"), List.<String>of())) {
                    Allowance allowance = new Allowance(true, interfaces, List.of(ADMINISTRATION), List.of());
                    gateway.onHost(() -> {
                        backend.set(FilterPlan.of(policy, allowance, false));
                        return null;
                    });
                    wrong.addAll(answered(policy.getClass().getSimpleName() + " " + interfaces, neighbours));
                }
            }
            assertThat(wrong).isEmpty();
        }
    }

    private List<Neighbour> neighbours() {
        return List.of(
                new Neighbour("client", gateway.client, "lan0", "10.77.0.1"),
                new Neighbour("world", gateway.world, "wan0", "192.0.2.2"));
    }

    /** The positive control: without rules every probe is answered. */
    private static List<String> unanswered(List<Neighbour> neighbours) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Neighbour neighbour : neighbours) {
            neighbour.watch();
            for (Probe probe : probes(OWN)) {
                long answers = neighbour.answers(probe);
                // The first wait for neighbour discovery, and that for the links' own addresses.
                for (int look = 0; answers == 0 && look < 300; look++) {
                    TimeUnit.MILLISECONDS.sleep(100);
                    answers = neighbour.answers(probe);
                }
                if (answers == 0) {
                    wrong.add(neighbour.name() + " (control), " + probe + ": no answer");
                }
            }
        }
        return wrong;
    }

    private static List<String> answered(String when, List<Neighbour> neighbours) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Neighbour neighbour : neighbours) {
            List<Probe> probes = new ArrayList<>(probes(OWN));
            probes.addAll(probes(NEXT));
            for (Probe probe : probes) {
                long answers = neighbour.answers(probe);
                if (answers != 0) {
                    wrong.add(when + ", from the " + neighbour.name() + ", " + probe + ": " + answers);
                }
            }
        }
        return wrong;
    }

    /** The process was killed, the device is kept, and somebody removed the rules: the next one closes before anybody tells it of the tunnel. */
    @Test
    void closedAnewAfterARestart_nothingAnswersForTheTunnelsAddresses(@TempDir Path folder) throws Exception {
        List<Neighbour> neighbours = neighbours();
        Settings settings = new Settings(
                Optional.of(KillSwitchMode.AUTO),
                new Allowance(true, List.of(), List.of(ADMINISTRATION), List.of()),
                false);
        try (ServerSocket _ = gateway.onHost(() -> new ServerSocket(OPEN))) {
            List<String> wrong = unanswered(neighbours);
            NftFirewallBackend killed = new NftFirewallBackend();
            gateway.onHost(() -> {
                try (HostKillSwitch host = HostKillSwitch.start(killed, folder, settings, (_, _) -> {})) {
                    host.apply(Scene.CONNECTED);
                }
                killed.deactivate();
                return null;
            });
            gateway.host.exec("nft", "flush", "ruleset");
            try (HostKillSwitch next =
                    gateway.onHost(() -> HostKillSwitch.start(backend, folder, settings, (_, _) -> {}))) {
                assertThat(next.status().state()).isEqualTo(KillSwitchStatus.State.BLOCKED);
                wrong.addAll(answered("until it is told", neighbours));
            }
            assertThat(wrong).isEmpty();
        }
    }
}
