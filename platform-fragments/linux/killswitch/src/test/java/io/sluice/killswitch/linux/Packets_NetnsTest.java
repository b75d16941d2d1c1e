package io.sluice.killswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.spi.Filter;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real packets in every state, seen by the world outside. Everything is first seen to come out while the host is open. */
@Tag("netns")
class Packets_NetnsTest {

    private static final String ANYWHERE = "198.51.100.99";
    private static final String ANYWHERE6 = "2001:db8:2::99";
    private static final String PROXY = "198.51.100.7";
    private static final String PROXY6 = "2001:db8:1::7";
    private static final String NAME_SERVER = "198.51.100.53";

    /** Private, yet beyond the default route: what a local network may be. */
    private static final String LAN = "192.168.99.1";

    private static final String LAN6 = "fd99::1";

    private static final int ECONNREFUSED = 111;

    private Gateway gateway;
    private final NftFirewallBackend backend = new NftFirewallBackend();

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
        backend.deactivate();
        if (gateway != null) {
            gateway.close();
        }
    }

    private void set(Filter filter) throws Exception {
        gateway.onHost(() -> {
            backend.set(filter);
            return null;
        });
    }

    /** Allowed only while the host is open. */
    private static List<Probe> never() {
        List<Probe> probes = new ArrayList<>();
        for (String to : List.of(ANYWHERE, ANYWHERE6)) {
            boolean ipv6 = to.equals(ANYWHERE6);
            probes.add(Probe.tcp(to, 443));
            probes.add(Probe.udp(to, 443));
            probes.add(Probe.udp(to, 53));
            probes.add(Probe.tcp(to, 853));
            probes.add(Probe.raw(ipv6 ? 58 : 1, to));
            // IPv6 in IPv4, GRE, ESP, SCTP, for experiments.
            for (int protocol : new int[] {41, 47, 50, 132, 253}) {
                probes.add(Probe.raw(protocol, to));
            }
            probes.add(Probe.udp(to, 443).by("wan0"));
            probes.add(Probe.udp(to, 443).marked());
        }
        // To the proxy, but not ours; ours, but not to the proxy.
        probes.add(Probe.tcp(PROXY, 1080));
        probes.add(Probe.udp(PROXY, 1080).marked());
        probes.add(Probe.tcp(PROXY, 1081).marked());
        probes.add(Probe.tcp(PROXY6, 1080));
        probes.add(Probe.udp(NAME_SERVER, 53));
        // The local network's resolver, whether or not the local network is allowed.
        probes.add(Probe.udp(LAN, 53));
        probes.add(Probe.tcp(LAN, 53));
        probes.add(Probe.udp(LAN6, 53));
        return probes;
    }

    private static List<Probe> ours() {
        return List.of(
                Probe.tcp(PROXY, 1080).marked(),
                Probe.tcp(PROXY6, 1080).marked(),
                Probe.udp(NAME_SERVER, 53).marked());
    }

    private static List<Probe> local() {
        return List.of(
                Probe.udp(LAN, 9),
                Probe.tcp(LAN, 80),
                Probe.udp(LAN6, 9),
                Probe.udp("224.0.0.251", 5353).by("wan0"));
    }

    private void expect(String state, boolean out, NetworkNamespace from, List<Probe> probes) throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Probe probe : probes) {
            if (gateway.comesOut(from, probe, out) != out) {
                wrong.add(probe.toString());
            }
        }
        assertThat(wrong)
                .as(
                        "%s: must %scome out, from %s",
                        state, out ? "" : "not ", from == gateway.host ? "the host" : "a client")
                .isEmpty();
    }

    /** What a client may send without special rights of the host: no marks, no bound interface of the gateway. */
    private static List<Probe> unmarked(List<Probe> probes) {
        return probes.stream()
                .filter(probe -> probe.mark() == 0 && probe.device().isEmpty())
                .toList();
    }

    @Test
    void everyState_letsOutWhatItNamesAndNothingElse() throws Exception {
        List<Probe> all = new ArrayList<>(never());
        all.addAll(ours());
        all.addAll(local());
        expect("open (control)", true, gateway.host, all);
        expect("open (control)", true, gateway.client, unmarked(all));

        Map<String, Filter> states = new LinkedHashMap<>();
        states.put("connecting", FilterPlan.of(Scene.CONNECTING, Allowance.NONE, false));
        states.put("connected", FilterPlan.of(Scene.CONNECTED, Allowance.NONE, false));
        states.put("blocked", FilterPlan.of(Scene.BLOCKED, Allowance.NONE, false));
        states.put("lockdown", FilterPlan.of(Scene.BLOCKED, Allowance.NONE, true));
        for (var state : states.entrySet()) {
            set(state.getValue());
            expect(state.getKey(), false, gateway.host, never());
            expect(state.getKey(), false, gateway.host, local());
            expect(state.getKey(), true, gateway.host, ours());
        }
        expect("lockdown", false, gateway.client, unmarked(all));
        for (boolean guarded : new boolean[] {false, true}) {
            set(FilterPlan.of(Scene.CONNECTED, Scene.LAN, guarded));
            expect("connected, LAN allowed", false, gateway.host, never());
            expect("connected, LAN allowed", true, gateway.host, local());
            expect("connected, LAN allowed", true, gateway.host, ours());
            expect("connected, LAN allowed", false, gateway.client, unmarked(never()));
            expect("connected, LAN allowed", true, gateway.client, unmarked(local()));
        }
        assertThat(backend.limitations()).isEmpty();
    }

    @Test
    void connected_theTunnelTakesFromHostAndClient() throws Exception {
        gateway.host.exec("nft", """
            add table inet probe
            add chain inet probe out { type filter hook postrouting priority 400; }
            add rule inet probe out oifname "sluice0" counter
            """);
        set(FilterPlan.of(Scene.CONNECTED, Allowance.NONE, true));
        for (NetworkNamespace from : List.of(gateway.host, gateway.client)) {
            gateway.host.exec("nft", "reset", "counters");
            String before = gateway.host.exec("nft", "list", "chain", "inet", "probe", "out");
            from.call(() -> {
                Probe.udp("100.64.0.9", 53).send();
                return null;
            });
            assertThat(gateway.host.exec("nft", "list", "chain", "inet", "probe", "out"))
                    .isNotEqualTo(before);
        }
        set(FilterPlan.of(Scene.BLOCKED, Allowance.NONE, true));
        String before = gateway.host.exec("nft", "list", "chain", "inet", "probe", "out");
        gateway.onHost(() -> {
            Probe.udp("100.64.0.9", 53).send();
            return null;
        });
        assertThat(gateway.host.exec("nft", "list", "chain", "inet", "probe", "out"))
                .isEqualTo(before);
    }

    /** CVE-2019-14899 and MLLVD-CR-24-03: nobody on the link learns the tunnel's address. */
    @Test
    void connected_tunnelAddressDoesNotAnswerOnOtherInterfaces() throws Exception {
        gateway.world.exec("ip", "route", "add", "172.19.0.1", "via", "192.0.2.2");
        gateway.host.exec("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0");
        Allowance administration = new Allowance(true, List.of(), List.of(22), List.of());
        assertThat(gateway.comesOut(gateway.world, Probe.tcp("172.19.0.1", 22), true))
                .as("control")
                .isTrue();
        set(FilterPlan.of(Scene.CONNECTED, administration, false));
        for (Probe probe :
                List.of(Probe.tcp("172.19.0.1", 22), Probe.raw(1, "172.19.0.1"), Probe.udp("172.19.0.1", 9))) {
            assertThat(gateway.comesOut(gateway.world, probe, false))
                    .as("%s", probe)
                    .isFalse();
        }
        // A port for administration answers at the other address, here with a reset, for nobody listens.
        assertThat(gateway.comesOut(gateway.world, Probe.tcp("192.0.2.2", 22), true))
                .isTrue();
        assertThat(gateway.comesOut(gateway.world, Probe.tcp("192.0.2.2", 23), false))
                .isFalse();
    }

    @Test
    void boot_rulesAreLoadedByNftBeforeAnInterfaceComesUp() throws Exception {
        backend.keepForBoot(
                folder,
                Optional.of(FilterPlan.of(
                        new FirewallPolicy.Blocked("boot", OwnTraffic.NONE, List.of()), Allowance.NONE, false)));
        gateway.host.exec("ip", "link", "set", "wan0", "down");
        gateway.host.exec("nft", "-f", folder.resolve(BootRules.RULES).toString());
        gateway.host.exec("ip", "link", "set", "wan0", "up");
        gateway.host.exec("ip", "-6", "addr", "add", "2001:db8:0:1::2/64", "dev", "wan0", "nodad");
        gateway.host.exec("ip", "route", "add", "default", "via", "192.0.2.1");
        gateway.host.exec("ip", "-6", "route", "replace", "default", "via", "2001:db8:0:1::1");
        expect("boot", false, gateway.host, never());
        expect("boot", false, gateway.host, ours());
        assertThat(gateway.onHost(backend::present))
                .as("a process takes it over")
                .isTrue();
        backend.keepForBoot(folder, Optional.empty());
        gateway.host.exec("nft", "-f", folder.resolve(BootRules.RULES).toString());
        assertThat(Files.readString(folder.resolve(BootRules.UNIT)))
                .contains(
                        "Before=network-pre.target",
                        folder.resolve(BootRules.RULES).toString());
    }

    @Test
    void canaries_closedAreHeldBack_openEscape() throws Exception {
        set(FilterPlan.of(Scene.BLOCKED, Allowance.NONE, false));
        List<LeakProof.Canary> held =
                gateway.onHost(() -> backend.sendCanaries(FilterPlan.CANARY_TARGETS, Optional.of(Scene.TUN)));
        assertThat(held.stream().filter(canary -> canary.way().equals("wan0")))
                .hasSize(10)
                .allMatch(canary -> canary.outcome() == LeakProof.Outcome.HELD_BACK);
        // A filter with a hole, so that the proof is seen to notice.
        gateway.host.exec("nft", "insert", "rule", "inet", NftTables.FILTER, "output", "oifname", "wan0", "accept");
        List<LeakProof.Canary> out =
                gateway.onHost(() -> backend.sendCanaries(FilterPlan.CANARY_TARGETS, Optional.of(Scene.TUN)));
        assertThat(out.stream().filter(canary -> canary.way().equals("wan0")))
                .hasSize(10)
                .allMatch(canary -> canary.outcome() == LeakProof.Outcome.ESCAPED);
    }

    /** As tun.autoRedirect and the redirecting inbound do it, for programs of the host and for clients. */
    @Test
    void redirectedTcp_reachesOurListenerInEveryState() throws Exception {
        gateway.host.exec("nft", """
            add table inet elsewhere
            add chain inet elsewhere local { type nat hook output priority -105; }
            add chain inet elsewhere forwarded { type nat hook prerouting priority -105; }
            add rule inet elsewhere local tcp dport 80 redirect to :7777
            add rule inet elsewhere forwarded tcp dport 80 redirect to :7777
            """);
        for (Filter filter : List.of(
                FilterPlan.of(Scene.CONNECTED, Allowance.NONE, true),
                FilterPlan.of(Scene.BLOCKED, Allowance.NONE, true))) {
            set(filter);
            try (ServerSocket listener = gateway.onHost(() -> new ServerSocket(7777))) {
                for (NetworkNamespace from : List.of(gateway.host, gateway.client)) {
                    for (String to : List.of(ANYWHERE, ANYWHERE6)) {
                        int answer = from.call(() -> {
                            try (Socket socket = new Socket()) {
                                socket.connect(new InetSocketAddress(to, 80), 30_000);
                                return socket.getPort();
                            }
                        });
                        assertThat(answer).isEqualTo(80);
                    }
                }
            }
        }
    }

    /** Each of many at once: errors of ICMPv6 are one a second to each host, and a client that waits has no use of the rest. */
    @Test
    void clientWithGlobalAddress_isRefusedAtOnceEachTime() throws Exception {
        gateway.host.exec("ip", "-6", "addr", "add", "2001:db8:77::1/64", "dev", "lan0", "nodad");
        gateway.client.exec("ip", "-6", "addr", "del", "fd77::2/64", "dev", "lan0");
        gateway.client.exec("ip", "-6", "addr", "add", "2001:db8:77::2/64", "dev", "lan0", "nodad");
        gateway.client.exec("ip", "-6", "route", "replace", "default", "via", "2001:db8:77::1");
        Allowance allowance = new Allowance(true, List.of("lan0"), List.of(), List.of());
        for (boolean guarded : List.of(false, true)) {
            set(FilterPlan.of(Scene.BLOCKED, allowance, guarded));
            long before = gateway.seen();
            for (int port : new int[] {443, 53, 8443, 80, 22, 853, 444, 54, 8444, 81, 23, 854}) {
                Duration refused = gateway.client.call(() -> {
                    long begun = System.nanoTime();
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress(ANYWHERE6, port), 10_000);
                        throw new IllegalStateException("connected");
                    } catch (IOException e) {
                        return Duration.ofNanos(System.nanoTime() - begun);
                    }
                });
                assertThat(refused).as("port " + port).isLessThan(Duration.ofMillis(900));
            }
            assertThat(gateway.seen()).isEqualTo(before);
        }
    }

    /** Of an outbound that is newer than the filter: it is dialled again in a moment, and not after a second in which a SYN was waited for. */
    @Test
    void ourOpening_toAServerThatTheFilterDoesNotKnow_failsAtOnce() throws Exception {
        for (Filter filter : List.of(
                FilterPlan.of(Scene.CONNECTED, Allowance.NONE, false), FilterPlan.of(Scene.BLOCKED, Scene.LAN, true))) {
            set(filter);
            long before = gateway.seen();
            List<Integer> failures = gateway.onHost(() -> {
                List<Integer> all = new ArrayList<>();
                for (int port = 1081; port < 1101; port++) {
                    for (String to : List.of(PROXY, PROXY6)) {
                        for (Probe probe : List.of(
                                Probe.tcp(to, port).marked(),
                                Probe.tcp(to, port).marked().by("wan0"))) {
                            all.add(Probe.failure(probe.open(), Duration.ofMillis(300)));
                        }
                    }
                }
                return all;
            });
            assertThat(failures).containsOnly(ECONNREFUSED);
            assertThat(gateway.seen()).isEqualTo(before);
        }
    }

    /** Its way may be back in a moment. */
    @Test
    void clientsConnectionThatStands_isNotReset() throws Exception {
        gateway.world.exec("ip", "route", "add", "10.77.0.0/24", "via", "192.0.2.2");
        try (ServerSocket server = gateway.world.call(() -> new ServerSocket(4433));
                Socket client = gateway.client.call(() -> new Socket("192.0.2.1", 4433));
                Socket accepted = server.accept()) {
            for (Allowance allowance : List.of(new Allowance(true, List.of("lan0"), List.of(), List.of()), Scene.LAN)) {
                set(FilterPlan.of(Scene.BLOCKED, allowance, true));
                client.getOutputStream().write(1);
                client.setSoTimeout(500);
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            }
            gateway.onHost(() -> {
                backend.remove();
                return null;
            });
            accepted.setSoTimeout(30_000);
            assertThat(accepted.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void forgetConnections_strangersGoOursStay() throws Exception {
        // Connection tracking works where a rule asks for it.
        gateway.host.exec("nft", """
            add table inet track
            add chain inet track out { type filter hook output priority 0; }
            add rule inet track out ct state new counter
            """);
        int forgotten = gateway.onHost(() -> {
            Probe.udp(ANYWHERE, 4433).open();
            Probe.udp(ANYWHERE6, 4433).open();
            Probe.udp(ANYWHERE, 4434).marked().open();
            return backend.forgetConnections(Scene.MARK);
        });
        assertThat(forgotten).isEqualTo(2);
        assertThat(gateway.onHost(() -> backend.forgetConnections(Scene.MARK))).isZero();
        assertThat(gateway.onHost(() -> backend.forgetConnections(1)))
                .as("now it is a stranger's")
                .isEqualTo(1);
    }
}
