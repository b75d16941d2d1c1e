package io.sluice.api.tunnel;

import io.sluice.api.dns.HostDnsSettings;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.TunConfig;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the tunnel shall be.
 *
 * @param tun the device
 * @param stack which stack terminates it: the value of {@code IpStack.STACK}
 * @param tcp how the stack's TCP treats the clients
 * @param include destinations into the tunnel; empty touches no route (the operator or a test does)
 * @param exclude destinations kept out of it
 * @param nameServers which the host asks while the tunnel is up, through it; empty leaves the host's resolver alone
 * @param searchDomains for the host's resolver; without name servers they have no effect
 * @param table routing table of our own
 * @param rulePriority priority of our first policy rule
 * @param autoRedirect take TCP in by redirection where the platform can, so that it does not pass through the device
 * @param autoStart start it with the appliance
 */
public record TunnelProfile(
        TunConfig tun,
        String stack,
        TcpSettings tcp,
        List<IpPrefix> include,
        List<IpPrefix> exclude,
        List<InetAddress> nameServers,
        List<String> searchDomains,
        long table,
        int rulePriority,
        boolean autoRedirect,
        boolean autoStart) {

    /** Leaves the host's resolver alone. */
    public TunnelProfile(
            TunConfig tun,
            String stack,
            TcpSettings tcp,
            List<IpPrefix> include,
            List<IpPrefix> exclude,
            long table,
            int rulePriority,
            boolean autoRedirect,
            boolean autoStart) {
        this(tun, stack, tcp, include, exclude, List.of(), List.of(), table, rulePriority, autoRedirect, autoStart);
    }

    /** With {@link TcpSettings#DEFAULTS}, without redirection. */
    public TunnelProfile(
            TunConfig tun,
            String stack,
            List<IpPrefix> include,
            List<IpPrefix> exclude,
            long table,
            int rulePriority,
            boolean autoStart) {
        this(tun, stack, TcpSettings.DEFAULTS, include, exclude, table, rulePriority, false, autoStart);
    }

    public TunnelProfile {
        Objects.requireNonNull(tun, "tun");
        Objects.requireNonNull(stack, "stack");
        Objects.requireNonNull(tcp, "tcp");
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        nameServers = List.copyOf(nameServers);
        searchDomains = List.copyOf(searchDomains);
        if (!nameServers.isEmpty()) {
            var _ = new HostDnsSettings(tun.name(), nameServers, searchDomains);
        }
    }

    /** What the host's resolver shall be while the tunnel is up at this interface; empty leaves it alone. */
    public Optional<HostDnsSettings> hostDns(String tunnelInterface) {
        return nameServers.isEmpty()
                ? Optional.empty()
                : Optional.of(new HostDnsSettings(tunnelInterface, nameServers, searchDomains));
    }

    public TunnelProfile withStack(String kind) {
        return new TunnelProfile(
                tun,
                kind,
                tcp,
                include,
                exclude,
                nameServers,
                searchDomains,
                table,
                rulePriority,
                autoRedirect,
                autoStart);
    }

    public TunnelProfile withAutoStart(boolean withTheAppliance) {
        return new TunnelProfile(
                tun,
                stack,
                tcp,
                include,
                exclude,
                nameServers,
                searchDomains,
                table,
                rulePriority,
                autoRedirect,
                withTheAppliance);
    }
}
