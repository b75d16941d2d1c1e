package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tun.autoRedirect}: TCP of the box and of a host behind it goes by nftables and not through the TUN device; somebody else's table stays. */
@NeedsNamespaces
class AutoRedirectTest {

    private static final String SERVER6 = "2001:db8::7";

    private static final String CONFIG = """
            {
              "tun": { "name": "sluice0", "mtu": 1500, "address": ["172.19.0.1/30", "fdfe:19::1/126"], "autoRedirect": true,
                       "routes": { "include": ["203.0.113.0/24", "2001:db8::/32"] } },
              "outbounds": [{ "tag": "out", "protocol": "freedom" }],
              "api": { "listen": "127.0.0.1", "port": 9080 }
            }
            """;

    private static final String FOREIGN = """
            table ip somebody {
              chain pre { type nat hook prerouting priority -100; policy accept; tcp dport 8443 redirect to :443 comment "mine"; }
              chain in { type filter hook input priority 0; policy accept; ip saddr 192.0.2.66 counter drop; }
            }
            """;

    @Test
    void everybodysTcp_isRedirectedWholeAndNothingIsLeft(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "nft is not installed (package nftables)");
        try (Site site = new Site();
                NetworkNamespace lan = NetworkNamespace.create();
                OctetServer octets = new OctetServer(site.server());
                BlackBox box = new BlackBox(site.box(), folder).configured(CONFIG)) {
            address(site, lan);
            Path rules = Files.writeString(folder.resolve("foreign.nft"), FOREIGN);
            site.box().exec("nft", "-f", rules.toString());
            String foreign = ruleset(site);
            box.started();
            HostState before = HostState.of(site.box());

            box.ok("tunnel", "start");
            // The device was tried with packets.
            long tried = throughTheDevice(site);
            assertThat(ruleset(site)).contains("table inet sluice_redirect").contains(foreign.strip());
            assertThat(lan.call(() -> isAnsweredBy("172.19.0.2")))
                    .as("an answer in the name of the tunnel's network")
                    .isFalse();
            for (NetworkNamespace client : List.of(site.box(), lan)) {
                for (String server : List.of(Site.SERVER, SERVER6)) {
                    assertThat(client.call(() -> OctetServer.uploads(server)))
                            .as("up to %s", server)
                            .isTrue();
                    assertThat(client.call(() -> OctetServer.downloads(server)))
                            .as("down from %s", server)
                            .isTrue();
                    assertThat(client.call(() -> OctetServer.endOfReset(server)))
                            .contains("reset");
                }
            }
            assertThat(lan.exec("curl", "-sS", "--max-time", "30", "http://" + Site.SERVER + "/"))
                    .isEqualTo(Site.GREETING);
            assertThat(throughTheDevice(site) - tried)
                    .as("octets through the device")
                    .isLessThan(100_000);
            assertThat(box.ok("flow", "list")).isNotNull();

            Socket halfway = lan.call(() -> OctetServer.halfway(Site.SERVER));
            long killed = box.pid();
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            Await.until("the end of process " + killed, () -> !box.lives());
            assertThat(OctetServer.end(halfway))
                    .as("half a stream is no whole one")
                    .contains("reset");
            assertThat(ruleset(site)).contains("table inet sluice_redirect");
            box.started();
            assertThat(ruleset(site)).isEqualTo(foreign);
            assertThat(HostState.of(site.box())).isEqualTo(before);

            box.ok("tunnel", "start");
            assertThat(lan.call(() -> OctetServer.downloads(Site.SERVER))).isTrue();
            box.ok("tunnel", "stop");
            assertThat(ruleset(site)).isEqualTo(foreign);
            assertThat(HostState.of(site.box())).isEqualTo(before);
        }
    }

    private static boolean isAnsweredBy(String address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), 81), 1_500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** IPv6 between all three, and a route for what is behind the box. */
    private static void address(Site site, NetworkNamespace lan) {
        site.box().link("lan1", "10.77.0.1/24", lan, "eth0", "10.77.0.2/24");
        lan.exec("ip", "route", "add", "default", "via", "10.77.0.1");
        site.box().exec("ip", "-6", "address", "add", "fd77::1/64", "dev", "lan1", "nodad");
        lan.exec("ip", "-6", "address", "add", "fd77::2/64", "dev", "eth0", "nodad");
        lan.exec("ip", "-6", "route", "add", "default", "via", "fd77::1");
        site.box().exec("ip", "-6", "address", "add", "fd18::1/64", "dev", "up0", "nodad");
        site.server().exec("ip", "-6", "address", "add", "fd18::2/64", "dev", "lan0", "nodad");
        site.server().exec("ip", "-6", "address", "add", SERVER6 + "/128", "dev", "lo", "nodad");
        site.box().exec("ip", "-6", "route", "add", "default", "via", "fd18::2");
        site.box().exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        Await.until(
                "the end of duplicate address detection",
                () -> !(site.box().exec("ip", "-6", "addr") + lan.exec("ip", "-6", "addr")).contains("tentative"));
    }

    private static String ruleset(Site site) {
        return site.box().exec("nft", "-s", "list", "ruleset");
    }

    private static long throughTheDevice(Site site) {
        String counted = site.box()
                .exec(
                        "sh",
                        "-c",
                        "cat /sys/class/net/sluice0/statistics/tx_bytes /sys/class/net/sluice0/statistics/rx_bytes");
        return counted.lines().mapToLong(line -> Long.parseLong(line.strip())).sum();
    }
}
