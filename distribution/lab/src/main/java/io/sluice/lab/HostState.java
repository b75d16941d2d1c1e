package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** All of the gateway that the appliance may change: packet filter, rules, routes, links, settings of the kernel, resolver. One line each. */
record HostState(List<String> lines) {

    static final HostState NONE = new HostState(List.of());

    static HostState of(World world) throws IOException {
        NetworkNamespace gw = world.lab.gw;
        List<String> lines = new ArrayList<>();
        // Without what changes by itself: neighbours, lifetimes, counters, and the kernel's own statistics.
        String text = gw.exec(
                "sh",
                "-c",
                "nft -s list ruleset; ip rule; ip -6 rule; ip route show table all; ip -6 route show table all; ip -br"
                        + " link; ip -br address; sysctl -a 2>/dev/null | grep -E '^net\\.ipv[46]\\.(conf|tcp_mtu_probing|tcp_base_mss)' | grep -v"
                        + " stable_secret");
        text.lines().map(line -> line.replaceAll("expires \\S+", "").strip()).forEach(lines::add);
        lines.add("resolv.conf: "
                + Files.readString(world.box.hostEtc().resolve("resolv.conf")).strip());
        return new HostState(lines);
    }

    /** Lines that are in one and not in the other. */
    List<String> difference(HostState other) {
        List<String> difference = new ArrayList<>();
        lines.stream().filter(l -> !other.lines.contains(l)).forEach(l -> difference.add("- " + l));
        other.lines.stream().filter(l -> !lines.contains(l)).forEach(l -> difference.add("+ " + l));
        return difference;
    }
}
