package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fault at each step of a tunnel's start: said with its place and a remedy, and nothing of the host is changed. Once the fault is gone,
 * the same appliance starts the tunnel.
 */
@NeedsNamespaces
class StartFaultsTest {

    private static Site site;
    private static BlackBox box;

    private HostState before;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        site = new Site();
        box = new BlackBox(site.box(), folder).configured(Configs.direct()).started();
    }

    @AfterAll
    static void stop() throws Exception {
        box.close();
        site.close();
    }

    @BeforeEach
    void configure() throws Exception {
        box.apply(Configs.direct());
        before = HostState.of(site.box());
    }

    @AfterEach
    void worksOnceTheFaultIsGone() {
        box.ok("tunnel", "start");
        assertThat(box.curl("http://" + Site.SERVER + "/").out()).isEqualTo(Site.GREETING);
        box.ok("tunnel", "stop");
        assertThat(HostState.of(site.box())).isEqualTo(before);
    }

    private void refused(String... phrases) {
        HostState faulty = HostState.of(site.box());
        Answer answer = box.run("tunnel", "start");
        assertThat(answer.exit()).as(answer.all()).isEqualTo(1);
        assertThat(answer.err()).contains(phrases);
        assertThat(answer.out()).isEmpty();
        assertThat(box.ok("tunnel", "status")).startsWith("ERROR: ").contains(phrases[0]);
        assertThat(box.ok("status")).contains("ERROR", phrases[0]);
        assertThat(HostState.of(site.box())).isEqualTo(faulty);
    }

    @Test
    void noDeviceNode() throws Exception {
        String pid = Long.toString(box.pid());
        // Every process in a namespace made by ip has its own mounts, so this hides the node from the appliance alone.
        inMountsOf(pid, "mount", "-t", "tmpfs", "none", "/dev/net");
        try {
            refused("TUN_UNAVAILABLE", "/dev/net/tun does not exist", "modprobe tun", "works as a proxy");
        } finally {
            inMountsOf(pid, "umount", "/dev/net");
        }
    }

    private static void inMountsOf(String pid, String... command) {
        List<String> words = new ArrayList<>(List.of("nsenter", "-t", pid, "-m"));
        words.addAll(List.of(command));
        Answer answer = Command.run(Map.of(), words);
        assertThat(answer.exit()).as(answer.all()).isZero();
    }

    @Test
    void nameOfAnotherKindOfInterface() {
        site.box().exec("ip", "link", "add", "sluice0", "type", "veth", "peer", "name", "other0");
        try {
            refused("TUN_IN_USE", "sluice0 belongs to an interface of another kind (veth)", "Set tun.name");
        } finally {
            site.box().exec("ip", "link", "del", "sluice0");
        }
    }

    @Test
    void nameHeldByAnotherProgram() throws Exception {
        Process holder = TunHolder.start(site.box(), "sluice0");
        try {
            refused("TUN_IN_USE", "sluice0 is in use by another program", "Set tun.name");
        } finally {
            TunHolder.end(holder, site.box(), "sluice0");
        }
    }

    @Test
    void addressOfAnotherInterface() {
        site.box().exec("ip", "addr", "add", "172.19.0.1/32", "dev", "lo");
        try {
            refused("TUN_IN_USE", "address 172.19.0.1/30", "belongs to interface lo", "Set tun.address");
        } finally {
            site.box().exec("ip", "addr", "del", "172.19.0.1/32", "dev", "lo");
        }
    }

    @Test
    void routeOfAFamilyThatIsSwitchedOff() throws Exception {
        box.apply(Configs.tunnel(
                "\"203.0.113.0/24\", \"2001:db8::/32\"", "{ \"tag\": \"out\", \"protocol\": \"freedom\" }"));
        ipv6Disabled("1");
        try {
            refused(
                    "ROUTE_REFUSED",
                    "2001:db8:0:0:0:0:0:0/32",
                    "IPv6 is disabled",
                    "sysctl net.ipv6.conf.all.disable_ipv6=0");
        } finally {
            ipv6Disabled("0");
        }
    }

    /** For interfaces to come: those that are there keep their addresses, so the host's state stays comparable. */
    private static void ipv6Disabled(String value) {
        site.box().exec("sh", "-c", "echo " + value + " >/proc/sys/net/ipv6/conf/default/disable_ipv6");
    }

    @Test
    void routingTableOfSomebodyElse() {
        site.box().exec("ip", "route", "add", "203.0.113.0/24", "dev", "up0", "table", "2022");
        try {
            refused("ROUTE_REFUSED", "table 2022", "203.0.113.0/24", "not ours", "tun.routes.table");
        } finally {
            site.box().exec("ip", "route", "del", "203.0.113.0/24", "table", "2022");
        }
    }

    /** Not a fault of the tunnel: it stays up, each flow is refused, and the reason is counted and listed. */
    @Test
    void proxyDown() throws Exception {
        box.apply(Configs.socks(Site.GATEWAY, 9, "unimportant"));
        box.ok("tunnel", "start");
        Answer curl = box.curl("http://" + Site.SERVER + "/");
        assertThat(curl.exit()).as("curl's 'could not connect': %s", curl.all()).isEqualTo(7);
        assertThat(box.ok("tunnel", "status")).startsWith("CONNECTED");
        // An end is accounted a moment after its client has seen it.
        Await.until("the flow's end in the list", () -> {
            String recent = box.ok("flow", "list", "--recent");
            return recent.contains("203.0.113.7:80") && recent.contains("CONNECT_REFUSED");
        });
        assertThat(box.ok("flow", "totals")).contains("CONNECT_REFUSED");
        box.ok("tunnel", "stop");
        assertThat(HostState.of(site.box())).isEqualTo(before);
        box.apply(Configs.direct());
    }
}
