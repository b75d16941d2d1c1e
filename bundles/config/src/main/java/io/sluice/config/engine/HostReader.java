package io.sluice.config.engine;

import io.sluice.api.dns.HostDnsSettings;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.TcpSettings;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads our own sections beside Xray's: {@code tun}, {@code api}, {@code flow}, {@code egress}. */
final class HostReader {

    private static final int MAX_MILLIS = 24 * 60 * 60 * 1000;

    private static final String DRAIN_TIMEOUT = "drainTimeoutMs";

    private final Problems problems;
    private final Listeners listeners;
    private final Values values;
    private final List<Component> components = new ArrayList<>();
    private Optional<Located<String>> accept = Optional.empty();
    private Optional<Located<Integer>> routeMark = Optional.empty();
    private boolean autoStart;

    HostReader(Problems problems, Listeners listeners) {
        this.problems = problems;
        this.listeners = listeners;
        this.values = new Values(problems);
    }

    List<Component> read(
            Optional<Section> tun, Optional<Section> api, Optional<Section> flow, Optional<Section> egress) {
        tun.ifPresent(this::tun);
        api.ifPresent(this::api);
        flow(flow);
        egress(egress);
        return components;
    }

    /** Whether the tunnel starts with the appliance. */
    boolean autoStart() {
        return autoStart;
    }

    private void single(String pid, Map<String, Object> properties) {
        components.add(new Component(pid, Optional.empty(), properties));
    }

    private void tun(Section tun) {
        Map<String, Object> properties = new HashMap<>();
        tun.string("name").filter(values::interfaceName).ifPresent(n -> properties.put("tun.name", n.value()));
        // RFC 8200 §5 and RFC 791 §3.1
        tun.integer("mtu", 1280, 65_535).ifPresent(n -> properties.put("tun.mtu", n.value()));
        List<Located<String>> addresses = tun.strings("address");
        String[] prefixes = addresses.stream()
                .flatMap(a -> values.prefix(a).stream())
                .map(IpPrefix::toString)
                .toArray(String[]::new);
        properties.put("tun.address", prefixes);
        Optional<Located<Integer>> fd = tun.integer("fd", -1, Integer.MAX_VALUE);
        fd.ifPresent(n -> properties.put("tun.fd", n.value()));
        if (!tun.has("address") && fd.map(Located::value).orElse(-1) < 0) {
            tun.missing("address", "write \"address\": [\"172.19.0.1/30\"]");
        }
        tun.integer("queues", 1, 64).ifPresent(n -> properties.put("tun.queues", n.value()));
        tun.word("stack", List.of("user", "system")).ifPresent(w -> properties.put("tun.stack", w.value()));
        tun.word("congestionControl", List.of("cubic", "bbr"))
                .ifPresent(w -> properties.put("tun.congestionControl", w.value()));
        tun.flag("tcpAbortOnOverflow").ifPresent(f -> properties.put("tun.tcpAbortOnOverflow", f.value()));
        tun.integer("minPathMtu", TcpSettings.MIN_PATH_MTU, TcpSettings.MAX_PATH_MTU)
                .ifPresent(n -> properties.put("tun.minPathMtu", n.value()));
        tun.flag("offload").ifPresent(f -> properties.put("tun.offload", f.value()));
        tun.flag("autoRedirect").ifPresent(f -> properties.put("tun.autoRedirect", f.value()));
        tun.flag("autoStart").ifPresent(f -> {
            properties.put("autoStart", f.value());
            autoStart = f.value();
        });
        accept = tun.word("accept", List.of("dialFirst", "acceptFirst"));
        tun.section("dns").ifPresent(d -> dns(d, properties));
        tun.section("routes").ifPresent(r -> routes(r, properties));
        tun.end();
        single(Stage.TUNNEL_PID, properties);
    }

    private void dns(Section dns, Map<String, Object> properties) {
        List<Located<String>> servers = dns.strings("servers");
        List<String> good = new ArrayList<>();
        for (Located<String> server : servers) {
            Optional<InetAddress> address = values.address(server);
            address.ifPresent(a -> good.add(a.getHostAddress()));
            if (address.filter(a -> a.isAnyLocalAddress() || a.isMulticastAddress())
                    .isPresent()) {
                problems.add(
                        ProblemCode.BAD_ADDRESS,
                        server.at(),
                        server.path(),
                        "No name server can be at " + server.value() + ".",
                        "write the address of a resolver that is reached through the tunnel");
            }
        }
        if (servers.isEmpty()) {
            dns.missing("servers", "write \"servers\": [\"9.9.9.9\"]");
        } else if (servers.size() > HostDnsSettings.MOST_SERVERS) {
            Located<String> first = servers.get(HostDnsSettings.MOST_SERVERS);
            problems.add(
                    ProblemCode.OUT_OF_RANGE,
                    first.at(),
                    first.path(),
                    "A host asks " + HostDnsSettings.MOST_SERVERS + " name servers at most (resolv.conf(5)).",
                    "remove the last ones");
        }
        properties.put("dns.servers", good.toArray(String[]::new));
        properties.put(
                "dns.search",
                dns.strings("search").stream()
                        .flatMap(d -> values.searchDomain(d).stream())
                        .toArray(String[]::new));
        dns.end();
    }

    private void routes(Section routes, Map<String, Object> properties) {
        properties.put(
                "route.include", values.networks(routes.strings("include")).toArray(String[]::new));
        properties.put(
                "route.exclude", values.networks(routes.strings("exclude")).toArray(String[]::new));
        routes.number("table", 1, 0xfffffffeL).ifPresent(n -> {
            if (n.value() >= 253 && n.value() <= 255) {
                problems.add(
                        ProblemCode.OUT_OF_RANGE,
                        n.at(),
                        n.path(),
                        "Table " + n.value() + " is the system's own (default, main, local).",
                        "write e.g. 2022");
            }
            properties.put("route.table", n.value());
        });
        routes.integer("rulePriority", 1, 32_000).ifPresent(n -> properties.put("route.rulePriority", n.value()));
        routeMark = routes.integer("mark", 1, Integer.MAX_VALUE);
        routes.end();
    }

    private void api(Section api) {
        Map<String, Object> properties = new HashMap<>();
        Optional<Located<String>> listen = api.string("listen");
        Optional<InetAddress> address = listen.flatMap(values::address);
        Optional<Located<Integer>> port = api.port("port");
        address.ifPresent(a -> properties.put("listen", a.getHostAddress()));
        port.ifPresent(p -> properties.put("port", p.value()));
        if (address.isPresent() && !address.get().isLoopbackAddress()) {
            problems.add(
                    ProblemCode.EXPOSED_API,
                    listen.orElseThrow().at(),
                    listen.get().path(),
                    "The console can be reached from the network, and its token is not encrypted on the way.",
                    "listen on 127.0.0.1 and reach it by ssh -L");
        }
        if (listen.isEmpty() || address.isPresent()) {
            InetAddress there = address.or(() -> Values.literal("127.0.0.1")).orElseThrow();
            port.ifPresent(p -> listeners.add(there, p));
        }
        api.noEffect("the interface is REST", "tag", "services");
        api.end();
        single(Stage.REST_PID, properties);
    }

    /** What the {@code flow} section says of flows whose outbound goes. */
    static Optional<Integer> drainTimeoutMs(Section flow) {
        return flow.integer(DRAIN_TIMEOUT, 1, MAX_MILLIS).map(Located::value);
    }

    private void flow(Optional<Section> flow) {
        Map<String, Object> properties = new HashMap<>();
        accept.ifPresent(w -> properties.put("accept", w.value()));
        flow.ifPresent(f -> {
            drainTimeoutMs(f).ifPresent(n -> properties.put(DRAIN_TIMEOUT, n));
            for (String field : List.of("connectTimeoutMs", "tcpIdleMs", "halfCloseMs", "udpIdleMs")) {
                f.integer(field, 1, MAX_MILLIS).ifPresent(n -> properties.put(field, n.value()));
            }
            f.integer("maxFlows", 1, 1 << 24).ifPresent(n -> properties.put("maxFlows", n.value()));
            f.end();
        });
        if (!properties.isEmpty()) {
            single(Stage.FLOW_PID, properties);
        }
    }

    private void egress(Optional<Section> egress) {
        Map<String, Object> properties = new HashMap<>();
        Optional<Located<Integer>> mark = egress.flatMap(e -> e.integer("mark", 1, Integer.MAX_VALUE));
        egress.flatMap(e -> e.string("interface"))
                .filter(values::interfaceName)
                .ifPresent(n -> properties.put("interface", n.value()));
        egress.ifPresent(Section::end);
        if (mark.isPresent()
                && routeMark.isPresent()
                && !mark.get().value().equals(routeMark.get().value())) {
            Located<Integer> second = routeMark.get();
            problems.add(
                    ProblemCode.MARK_CONFLICT,
                    second.at(),
                    second.path(),
                    "The mark " + second.value() + " is not that of egress.mark, "
                            + mark.get().value() + " at " + mark.get().at() + ".",
                    "remove one of them");
        }
        mark.or(() -> routeMark).ifPresent(n -> properties.put("mark", n.value()));
        if (!properties.isEmpty()) {
            single(Stage.EGRESS_PID, properties);
        }
    }
}
