package io.sluice.tunnel;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tunnel.TunnelProfile;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** The configuration {@code io.sluice.tunnel}: a profile. */
@interface TunnelSettings {

    /** Interface name, at most 15 characters. */
    String tun_name() default "sluice0";

    /** Octets of an IP packet; 1500 is Ethernet's (RFC 894), so a path without a tunnel has no smaller one in the usual case. */
    int tun_mtu() default 1500;

    /** Addresses with their on-link length. */
    String[] tun_address() default {};

    /** A descriptor that was handed over; -1 for none. */
    int tun_fd() default -1;

    int tun_queues() default 1;

    /** Which IP stack. */
    String tun_stack() default "user";

    /** How its TCP finds out what a path carries: {@code cubic} or {@code bbr}. */
    String tun_congestionControl() default "cubic";

    /** At a limit of the stack clients get RST, not silence. */
    boolean tun_tcpAbortOnOverflow() default false;

    /** An IPv4 path is not believed to carry less, in octets. 552 is Linux's. */
    int tun_minPathMtu() default 552;

    /** Segmentation and checksum offload, where the device can do it. */
    boolean tun_offload() default true;

    /** Destinations into the tunnel; none touches no route. */
    String[] route_include() default {};

    /** Destinations kept out of it. */
    String[] route_exclude() default {};

    /** Name servers for the host while the tunnel is up; none leaves its resolver alone. */
    String[] dns_servers() default {};

    /** Search domains for the host's resolver. */
    String[] dns_search() default {};

    /** Routing table of our own; 2022 is sing-box's, which people know. */
    long route_table() default 2022;

    /** Priority of our first policy rule; 9000 is sing-box's, before the host's main table (32766). */
    int route_rulePriority() default 9000;

    /** Take TCP in by redirection, not through the device, where the platform can. */
    boolean tun_autoRedirect() default false;

    /** Start it with the appliance. */
    boolean autoStart() default false;

    /** Reads a profile from it. */
    final class Reader {

        private Reader() {}

        /** @throws IllegalArgumentException with a sentence, if it cannot be a profile */
        static TunnelProfile profile(TunnelSettings settings) {
            TunConfig tun = new TunConfig(
                    settings.tun_name(),
                    settings.tun_mtu(),
                    prefixes(settings.tun_address()),
                    settings.tun_queues(),
                    settings.tun_fd() < 0 ? OptionalInt.empty() : OptionalInt.of(settings.tun_fd()),
                    false,
                    settings.tun_offload());
            return new TunnelProfile(
                    tun,
                    settings.tun_stack(),
                    tcp(settings),
                    prefixes(settings.route_include()),
                    prefixes(settings.route_exclude()),
                    Arrays.stream(settings.dns_servers())
                            .map(InetAddress::ofLiteral)
                            .toList(),
                    List.of(settings.dns_search()),
                    settings.route_table(),
                    settings.route_rulePriority(),
                    settings.tun_autoRedirect(),
                    settings.autoStart());
        }

        private static TcpSettings tcp(TunnelSettings settings) {
            return new TcpSettings(
                    CongestionAlgorithm.valueOf(settings.tun_congestionControl().toUpperCase(Locale.ROOT)),
                    settings.tun_tcpAbortOnOverflow(),
                    settings.tun_minPathMtu());
        }

        private static List<IpPrefix> prefixes(String[] texts) {
            return Arrays.stream(texts).map(IpPrefix::parse).toList();
        }
    }
}
