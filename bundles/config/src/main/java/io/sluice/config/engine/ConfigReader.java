package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a whole configuration: text → components and problems. Never throws, whatever the text. */
public final class ConfigReader {

    /** The tag that the tunnel's flows carry; rules may name it like an inbound. */
    static final String TUN_TAG = "tun";

    private final Problems problems;
    private final List<Component> components = new ArrayList<>();

    private ConfigReader(Problems problems) {
        this.problems = problems;
    }

    /** @param file what problems call the text */
    public static Compiled read(String text, String file) {
        Problems problems = new Problems(file);
        ConfigReader reader = new ConfigReader(problems);
        JsonReader.read(text, problems).ifPresent(reader::root);
        return new Compiled(List.copyOf(reader.components), problems.inOrder());
    }

    private void root(Json json) {
        if (!(json instanceof Json.Obj object)) {
            problems.add(
                    ProblemCode.WRONG_TYPE,
                    json.at(),
                    "",
                    "The configuration is " + json.kind() + ", but an object is wanted.",
                    "begin it with {");
            return;
        }
        Section root = new Section(object, "", problems);
        root.section("log").ifPresent(ConfigReader::log);

        List<Section> inboundSections = root.sections("inbounds");
        List<Section> outboundSections = root.sections("outbounds");
        Optional<Section> routing = root.section("routing");
        Optional<Section> tun = root.section("tun");
        Optional<Section> api = root.section("api");
        Optional<Section> flow = root.section("flow");
        Optional<Section> egress = root.section("egress");
        Optional<Section> killSwitch = root.section("killSwitch");

        Listeners listeners = new Listeners(problems);
        Map<String, Place> inboundTags = new HashMap<>();
        Map<String, Place> outboundTags = new LinkedHashMap<>();
        List<Component> inbounds = new ArrayList<>();
        inboundSections.forEach(
                s -> new InboundReader(s, inboundTags, listeners).read().ifPresent(inbounds::add));
        List<Component> outbounds = new ArrayList<>();
        OutboundReader outboundReader = new OutboundReader(outboundTags);
        outboundSections.forEach(s -> outboundReader.read(s).ifPresent(outbounds::add));
        BalancerReader balancers = new BalancerReader(problems, outboundTags, flow.flatMap(HostReader::drainTimeoutMs));
        routing.ifPresent(balancers::read);
        outboundReader.end(balancers.balancers(), problems);

        boolean otherwiseBad =
                root.any("outbounds").filter(v -> !(v instanceof Json.Arr)).isPresent();
        if (outboundSections.isEmpty() && !otherwiseBad) {
            problems.absent(
                    ProblemCode.NO_OUTBOUND,
                    root.at("outbounds"),
                    "outbounds",
                    "There is no outbound, so nothing could leave.",
                    "write \"outbounds\": [ { \"protocol\": \"direct\", \"tag\": \"direct\" } ]");
        }
        components.addAll(outbounds);
        components.addAll(balancers.components());
        Set<String> arrivals = new HashSet<>(inboundTags.keySet());
        arrivals.addAll(outboundReader.inbounds());
        RoutingReader rules = new RoutingReader(problems, arrivals, outboundTags.keySet(), balancers.tags());
        outboundReader.first().ifPresent(first -> components.add(rules.read(routing, first)));
        if (outboundReader.first().isEmpty() && routing.isPresent()) {
            rules.read(routing, "");
        }
        components.addAll(inbounds);
        HostReader host = new HostReader(problems, listeners);
        host.read(tun, api, flow, egress).forEach(components::add);
        killSwitch.ifPresent(section -> components.add(new KillSwitchReader(problems).read(section, host.autoStart())));
        roots(root);
        root.end();
    }

    private static void log(Section log) {
        log.word("loglevel", List.of("debug", "info", "warning", "error", "none"));
        log.noEffect("levels are set in etc/logback.xml", "loglevel", "access", "error", "dnsLog", "maskAddress");
        log.end();
    }

    /** What Xray has at the root and we have not. */
    private static void roots(Section root) {
        root.removed("reverse", "the 'reverse' field of a vless outbound");
        root.removed("transport", "streamSettings of each inbound and outbound");
        root.unsupported("names are resolved by the system or the proxy", "remove it", "dns", "fakeDns", "fakedns");
        root.unsupported(
                "nothing probes the outbounds; which of them are up is learned from the flows",
                "remove it: a balancer of the strategy failover, random or roundRobin does without",
                "observatory",
                "burstObservatory");
        root.noEffect(
                "flows and counters are shown without being asked for",
                "stats",
                "metrics",
                "policy",
                "version",
                "env",
                "geodata",
                "remarks");
    }
}
