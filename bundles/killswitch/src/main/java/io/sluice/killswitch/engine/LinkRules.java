package io.sluice.killswitch.engine;

import static io.sluice.killswitch.engine.Rules.accept;
import static io.sluice.killswitch.engine.Rules.from;
import static io.sluice.killswitch.engine.Rules.to;

import io.sluice.killswitch.spi.FilterRule;
import io.sluice.killswitch.spi.Match;
import java.util.List;

/**
 * Without these a link has no address and no neighbour, so they are always allowed, and only in these forms: DHCP (RFC 2131 §4.1), DHCPv6 (RFC 8415
 * §7.1, §7.2) and neighbour discovery (RFC 4861 §4; message type, code 0, and the scopes of its addresses). The list is that of Mullvad's security
 * document, which five audits have gone over, but for solicitations and advertisements: a neighbour solicits from the address whose packet it wants to send (RFC
 * 4861 §7.2.2), a global one as a rule, and is probed there (§7.3.3), so that without these no client with IPv6 would find its gateway. Only the kernel and root
 * can send any.
 */
final class LinkRules {

    private static final int DHCP_SERVER = 67;
    private static final int DHCP_CLIENT = 68;
    private static final int DHCP6_CLIENT = 546;
    private static final int DHCP6_SERVER = 547;

    private static final int ROUTER_SOLICITATION = 133;
    private static final int ROUTER_ADVERTISEMENT = 134;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    private static final int REDIRECT = 137;

    private static final String LINK_LOCAL = "fe80::/10";
    private static final String ALL_ROUTERS = "ff02::2";
    private static final String ALL_DHCP_AGENTS = "ff02::1:2";
    private static final String ALL_DHCP_SERVERS = "ff05::1:3";

    private LinkRules() {}

    static List<FilterRule> out() {
        return List.of(
                accept(to("255.255.255.255"), sport(DHCP_CLIENT), dport(DHCP_SERVER)),
                accept(from(LINK_LOCAL), to(ALL_DHCP_AGENTS), sport(DHCP6_CLIENT), dport(DHCP6_SERVER)),
                accept(from(LINK_LOCAL), to(ALL_DHCP_SERVERS), sport(DHCP6_CLIENT), dport(DHCP6_SERVER)),
                neighbour(ROUTER_SOLICITATION, to(ALL_ROUTERS)),
                neighbour(NEIGHBOUR_SOLICITATION, new Match.Family(true)),
                neighbour(NEIGHBOUR_ADVERTISEMENT, new Match.Family(true)));
    }

    static List<FilterRule> in() {
        return List.of(
                accept(new Match.Family(false), sport(DHCP_SERVER), dport(DHCP_CLIENT)),
                accept(from(LINK_LOCAL), to(LINK_LOCAL), sport(DHCP6_SERVER), dport(DHCP6_CLIENT)),
                neighbour(ROUTER_ADVERTISEMENT, from(LINK_LOCAL)),
                neighbour(REDIRECT, from(LINK_LOCAL)),
                neighbour(NEIGHBOUR_SOLICITATION, new Match.Family(true)),
                neighbour(NEIGHBOUR_ADVERTISEMENT, new Match.Family(true)));
    }

    /** What a DHCP server on this host, for the local network, hears and says. */
    static FilterRule dhcpServerHears() {
        return accept(new Match.Family(false), sport(DHCP_CLIENT), dport(DHCP_SERVER));
    }

    static FilterRule dhcpServerSays() {
        return accept(new Match.Family(false), sport(DHCP_SERVER), dport(DHCP_CLIENT));
    }

    private static FilterRule neighbour(int type, Match scope) {
        return accept(scope, new Match.IcmpType(Match.ICMPV6, type), new Match.IcmpCodeZero(Match.ICMPV6));
    }

    private static Match sport(int port) {
        return new Match.FromPort(Match.UDP, port);
    }

    private static Match dport(int port) {
        return new Match.ToPort(Match.UDP, port);
    }
}
