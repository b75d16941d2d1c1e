package io.sluice.policy.engine;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.net.PortSet;
import io.sluice.api.net.PrefixSet;
import java.util.List;
import java.util.Set;

/**
 * One parsed rule. A null field puts no condition.
 *
 * @param name for people, or empty
 * @param text the whole line
 * @param networks bit {@code 1 << Network.ordinal()} for each, 0 for any
 * @param keywords parts of a name, in lower case
 */
record Rule(
        String name,
        String text,
        Target target,
        int networks,
        PrefixSet addresses,
        PrefixSet sources,
        PortSet ports,
        PortSet sourcePorts,
        DomainSet domains,
        List<String> keywords,
        List<NamePattern> patterns,
        Set<String> inboundTags,
        Set<String> users) {

    /**
     * Whether all conditions hold.
     *
     * @throws NamePattern.UndecidedException if a regular expression could not be decided
     */
    boolean matches(FlowSource flow, Destination destination) throws NamePattern.UndecidedException {
        boolean hasPorts = flow.network() != Network.ICMP;
        if (networks != 0 && (networks & 1 << flow.network().ordinal()) == 0) {
            return false;
        }
        if (inboundTags != null && !inboundTags.contains(flow.inboundTag())) {
            return false;
        }
        if (users != null
                && (flow.user().isEmpty() || !users.contains(flow.user().get()))) {
            return false;
        }
        if (ports != null && !(hasPorts && ports.contains(flow.destination().getPort()))) {
            return false;
        }
        if (sourcePorts != null
                && !(hasPorts && sourcePorts.contains(flow.source().getPort()))) {
            return false;
        }
        if (sources != null
                && (flow.source().isUnresolved()
                        || !sources.contains(flow.source().getAddress()))) {
            return false;
        }
        if (addresses != null && (destination.address() == null || !addresses.contains(destination.address()))) {
            return false;
        }
        return domains == null || (destination.name() != null && matchesName(destination.name()));
    }

    private boolean matchesName(String host) throws NamePattern.UndecidedException {
        if (domains.contains(host)) {
            return true;
        }
        for (String keyword : keywords) {
            if (host.contains(keyword)) {
                return true;
            }
        }
        for (NamePattern pattern : patterns) {
            if (pattern.matches(host)) {
                return true;
            }
        }
        return false;
    }
}
