package io.sluice.killswitch.engine;

import io.sluice.api.net.IpPrefix;
import java.util.List;
import java.util.TreeSet;

/**
 * What the configuration allows while the filter is closed.
 *
 * @param lan the local network, see {@link LanRules}
 * @param lanInterfaces only by these; none: by any
 * @param inputPorts TCP ports of this host that may be connected to, e.g. 22
 * @param inputFrom only from these; none: from anywhere
 */
public record Allowance(boolean lan, List<String> lanInterfaces, List<Integer> inputPorts, List<IpPrefix> inputFrom) {

    /** Nothing. */
    public static final Allowance NONE = new Allowance(false, List.of(), List.of(), List.of());

    public Allowance {
        lanInterfaces = List.copyOf(lanInterfaces);
        inputPorts = List.copyOf(new TreeSet<>(inputPorts));
        inputFrom = inputFrom.stream().map(IpPrefix::network).toList();
    }
}
