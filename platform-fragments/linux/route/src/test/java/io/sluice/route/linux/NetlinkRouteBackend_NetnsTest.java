package io.sluice.route.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.route.RouteException;
import io.sluice.api.route.RouteSet;
import io.sluice.route.HostRouteManager;
import io.sluice.testkit.netns.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against a real kernel: what {@code ip} shows before, with and after our entries. */
@Tag("netns")
class NetlinkRouteBackend_NetnsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> ALL = List.of("0.0.0.0/0", "::/0");

    private NetworkNamespace namespace;
    private NetworkNamespace router;
    private final HostRouteManager manager = new HostRouteManager(new NetlinkRouteBackend());

    @BeforeEach
    void host() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        namespace = NetworkNamespace.create();
        router = NetworkNamespace.create();
        namespace.link("lan0", "192.168.7.2/24", router, "lan0", "192.168.7.1/24");
        namespace.exec("ip", "-6", "addr", "add", "fd07::2/64", "dev", "lan0", "nodad");
        namespace.exec("ip", "route", "add", "default", "via", "192.168.7.1");
        namespace.exec("ip", "-6", "route", "add", "default", "via", "fd07::1");
        namespace.exec("ip", "route", "add", "172.16.0.0/12", "via", "192.168.7.1");
        namespace.exec("ip", "tuntap", "add", "mode", "tun", "tun0");
        namespace.exec("ip", "link", "set", "tun0", "up");
    }

    @AfterEach
    void remove() {
        if (namespace != null) {
            namespace.close();
            router.close();
        }
    }

    private static RouteSet routes(List<String> include, List<String> exclude) {
        return new RouteSet(
                "tun0",
                2022,
                9000,
                0x2022,
                include.stream().map(IpPrefix::parse).toList(),
                exclude.stream().map(IpPrefix::parse).toList());
    }

    private void set(RouteSet routes) throws Exception {
        namespace.call(() -> {
            manager.set(routes);
            return null;
        });
    }

    /** Without what the kernel adds by itself, at its own time (IPv6 link-local addresses). */
    private String state() {
        String all = namespace.exec("ip", "-4", "rule")
                + namespace.exec("ip", "-6", "rule")
                + namespace.exec("ip", "-4", "route", "show", "table", "all")
                + namespace.exec("ip", "-6", "route", "show", "table", "all");
        return all.lines().filter(line -> !line.contains("proto kernel")).collect(Collectors.joining("\n"));
    }

    private String deviceTo(String... destination) throws Exception {
        String[] command = new String[destination.length + 4];
        System.arraycopy(new String[] {"ip", "-j", "route", "get"}, 0, command, 0, 4);
        System.arraycopy(destination, 0, command, 4, destination.length);
        return JSON.readTree(namespace.exec(command)).get(0).get("dev").asText();
    }

    @Test
    void set_everything_divertsAllButConnectedMarkedAndExcluded() throws Exception {
        String before = state();
        set(routes(ALL, List.of("203.0.113.0/24", "2001:db8:9::/48")));
        System.out.println(String.join("\n", namespace.call(manager::show)));
        assertThat(deviceTo("198.51.100.1")).isEqualTo("tun0");
        assertThat(deviceTo("2001:db8::1")).isEqualTo("tun0");
        assertThat(deviceTo("192.168.7.9")).as("connected").isEqualTo("lan0");
        assertThat(deviceTo("fd07::9")).as("connected").isEqualTo("lan0");
        assertThat(deviceTo("172.16.1.1")).as("known more exactly").isEqualTo("lan0");
        assertThat(deviceTo("203.0.113.5")).as("excluded").isEqualTo("lan0");
        assertThat(deviceTo("2001:db8:9::5")).as("excluded").isEqualTo("lan0");
        assertThat(deviceTo("198.51.100.1", "mark", "0x2022")).as("marked").isEqualTo("lan0");
        assertThat(deviceTo("2001:db8::1", "mark", "0x2022")).as("marked").isEqualTo("lan0");
        assertThat(namespace.call(manager::cleanUp)).isEqualTo(8);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void set_specificPrefixes_longestPrefixWinsAcrossTables() throws Exception {
        set(routes(List.of("172.16.5.0/24", "192.168.0.0/16"), List.of()));
        assertThat(deviceTo("172.16.5.1")).as("longer than the host's").isEqualTo("tun0");
        assertThat(deviceTo("172.16.6.1")).isEqualTo("lan0");
        assertThat(deviceTo("192.168.7.9")).as("connected is longer").isEqualTo("lan0");
        assertThat(deviceTo("192.168.8.9")).isEqualTo("tun0");
        assertThat(deviceTo("198.51.100.1")).isEqualTo("lan0");
    }

    @Test
    void set_markedWithoutAnyRoute_neverIntoTheTunnel() throws Exception {
        namespace.exec("ip", "route", "delete", "default");
        set(routes(ALL, List.of()));
        assertThat(deviceTo("198.51.100.1")).isEqualTo("tun0");
        assertThatThrownBy(() -> deviceTo("198.51.100.1", "mark", "0x2022")).hasMessageContaining("unreachable");
    }

    @Test
    void set_again_isIdempotentAndFollowsChanges() throws Exception {
        set(routes(ALL, List.of("203.0.113.0/24")));
        String once = state();
        set(routes(ALL, List.of("203.0.113.0/24")));
        assertThat(state()).isEqualTo(once);
        set(routes(List.of("203.0.113.0/24"), List.of()));
        assertThat(deviceTo("203.0.113.5")).isEqualTo("tun0");
        assertThat(deviceTo("198.51.100.1")).isEqualTo("lan0");
        JsonNode rules = JSON.readTree(namespace.exec("ip", "-j", "-4", "rule"));
        assertThat(rules.findValuesAsText("priority")).containsExactly("0", "9000", "9001", "32766", "32767");
    }

    @Test
    void set_interfaceMissingOrTableWrong_nothingLeft() throws Exception {
        set(routes(List.of("0.0.0.0/0"), List.of()));
        String before = state();
        RouteSet elsewhere = new RouteSet(
                "tun9",
                2022,
                9000,
                0x2022,
                List.of(IpPrefix.parse("10.0.0.0/8")),
                List.of(IpPrefix.parse("11.0.0.0/8")));
        assertThatThrownBy(() -> set(elsewhere))
                .isInstanceOf(RouteException.class)
                .hasMessageContaining("there is no interface tun9");
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void cleanUp_afterKill_findsWhatADeadProcessLeft() throws Exception {
        String before = state();
        Path output = Files.createTempFile("sluice-route", ".out");
        Process child = namespace.start(
                output,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                Dying.class.getName());
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as(Files.readString(output)).isEqualTo(137);
        Files.delete(output);
        assertThat(deviceTo("198.51.100.1")).isEqualTo("tun0");
        HostRouteManager successor = new HostRouteManager(new NetlinkRouteBackend());
        assertThat(namespace.call(successor::cleanUp)).isEqualTo(6);
        assertThat(state()).isEqualTo(before);
        assertThat(namespace.call(successor::cleanUp)).isZero();
    }

    /** Sets routes and is killed. */
    static final class Dying {

        public static void main(String[] args) throws Exception {
            new HostRouteManager(new NetlinkRouteBackend()).set(routes(ALL, List.of()));
            new ProcessBuilder(
                            "kill", "-9", Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        }
    }
}
