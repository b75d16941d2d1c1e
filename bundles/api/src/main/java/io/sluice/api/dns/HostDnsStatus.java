package io.sluice.api.dns;

import java.util.Objects;
import java.util.Optional;

/**
 * How the host's resolver stands.
 *
 * @param manager who keeps the resolver on this host: {@code resolv.conf}, {@code systemd-resolved} or {@code openresolv}
 * @param settings what {@link HostDns#set} last made true; empty if the resolver is the host's own
 * @param reapplied how often it was set again because somebody else had changed it, since {@code set}
 * @param problem one sentence, while what is set is not what the host has
 */
public record HostDnsStatus(
        String manager, Optional<HostDnsSettings> settings, long reapplied, Optional<String> problem) {

    public HostDnsStatus {
        Objects.requireNonNull(manager, "manager");
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(problem, "problem");
    }
}
