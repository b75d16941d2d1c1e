package io.sluice.killswitch.engine;

import static io.sluice.killswitch.engine.Rules.accept;
import static io.sluice.killswitch.engine.Rules.arrivedBy;
import static io.sluice.killswitch.engine.Rules.drop;
import static io.sluice.killswitch.engine.Rules.leavesBy;
import static io.sluice.killswitch.engine.Rules.prohibit;
import static io.sluice.killswitch.engine.Rules.rule;
import static io.sluice.killswitch.engine.Rules.to;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.api.net.IpPrefix;
import io.sluice.killswitch.spi.Action;
import io.sluice.killswitch.spi.Filter;
import io.sluice.killswitch.spi.FilterChain;
import io.sluice.killswitch.spi.FilterChain.Hook;
import io.sluice.killswitch.spi.FilterRule;
import io.sluice.killswitch.spi.Match;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** From a policy to the closed filter that is its meaning. See the package for the order of the rules and why. */
public final class FilterPlan {

    /** Where canaries are sent: documentation addresses, which belong to nobody and no network carries (RFC 5737, RFC 3849). */
    public static final List<InetAddress> CANARY_TARGETS =
            List.of(InetAddress.ofLiteral("203.0.113.254"), InetAddress.ofLiteral("2001:db8:5c1c::feed"));

    /** Counts packets to a canary's address that leave past the tunnel. */
    public static final String ESCAPED = "escaped";

    /** Kinds of what is held back. */
    static final String DNS = "dns";

    static final String INPUT = "input";
    static final String FORWARD = "forward";
    static final String OUTPUT = "output";
    static final String TUNNEL_ADDRESS = "tunnel-address";
    static final String GUARD = "guard";

    /** Kinds of what this host itself wanted to send. */
    public static final Set<String> FROM_THIS_HOST = Set.of(DNS, OUTPUT, GUARD);

    /**
     * Packets that the filter has let pass bear this bit on their last steps, where the guard sees them. It is set by the very rule that lets them pass,
     * never at a later hook: a packet that is under way between two hooks while the filter comes back has met no rule yet, and the guard must not take it
     * for one that has. The trial of a TUN device's offloads bears it, too, which sends into the device alone (PacketSocket in the TUN room). Bits that
     * well-known programs use are lower (kube-proxy 0xc000, Tailscale 0xff0000) or masked (Cilium 0x0f00).
     */
    static final int PASSED = 0x4000_0000;

    /** The chain that sets the bit and accepts. */
    private static final String PASS = "pass";

    private static final int DOMAIN = 53;
    private static final String LOOPBACK = "lo";

    private final FirewallPolicy policy;
    private final Allowance allowance;
    private final boolean guarded;
    private final Action pass;
    private final LanRules lan;
    private final Optional<FirewallPolicy.Connected> tunnel;

    private FilterPlan(FirewallPolicy policy, Allowance allowance, boolean guarded) {
        this.policy = policy;
        this.allowance = allowance;
        this.guarded = guarded;
        this.pass = guarded ? new Action.Jump(PASS) : new Action.Accept();
        this.lan = new LanRules(allowance, pass);
        this.tunnel = policy instanceof FirewallPolicy.Connected up ? Optional.of(up) : Optional.empty();
    }

    /**
     * The filter.
     *
     * @param guarded with a guard at the interfaces
     */
    public static Filter of(FirewallPolicy policy, Allowance allowance, boolean guarded) {
        FilterPlan plan = new FilterPlan(policy, allowance, guarded);
        List<FilterChain> chains = new ArrayList<>(plan.parts());
        chains.add(new FilterChain("arriving", Optional.of(Hook.ARRIVING), false, plan.arriving()));
        chains.add(new FilterChain("input", Optional.of(Hook.INPUT), true, plan.input()));
        chains.add(new FilterChain("forward", Optional.of(Hook.FORWARD), true, plan.forward()));
        chains.add(new FilterChain("output", Optional.of(Hook.OUTPUT), true, plan.output()));
        chains.add(new FilterChain("leaving", Optional.of(Hook.LEAVING), false, plan.leaving()));
        Optional<Filter.Guard> guard = guarded ? Optional.of(plan.guard()) : Optional.empty();
        return new Filter(chains, guard);
    }

    private List<FilterChain> parts() {
        List<FilterChain> parts = new ArrayList<>();
        if (guarded) {
            FilterRule mark = new FilterRule(List.of(), new Action.MarkBit(PASSED), Optional.empty());
            parts.add(new FilterChain(PASS, Optional.empty(), false, List.of(mark, accept())));
        }
        parts.addAll(lan.parts());
        return parts;
    }

    /** Answers to our own sockets get the sockets' mark, so that a reverse path filter looks where our packets go. */
    private List<FilterRule> arriving() {
        int mark = policy.own().mark();
        if (mark == 0) {
            return List.of();
        }
        return List.of(
                new FilterRule(List.of(new Match.ForSocketMarked(mark)), new Action.Mark(mark), Optional.empty()));
    }

    private List<FilterRule> input() {
        List<FilterRule> rules = new ArrayList<>();
        rules.add(accept(arrivedBy(LOOPBACK)));
        for (IpPrefix address : policy.addresses()) {
            Match to = new Match.To(new IpPrefix(address.address(), address.isIpv6() ? 128 : 32));
            rules.add(tunnel.map(up -> drop(TUNNEL_ADDRESS, new Match.ArrivedBy(up.device(), true), to))
                    .orElseGet(() -> drop(TUNNEL_ADDRESS, to)));
        }
        rules.addAll(LinkRules.in());
        if (policy.own().mark() != 0) {
            rules.add(accept(new Match.ForSocketMarked(policy.own().mark()), new Match.Established()));
        }
        tunnel.ifPresent(up -> rules.add(accept(arrivedBy(up.device()))));
        rules.addAll(administration());
        rules.addAll(byClients(accept(new Match.Redirected(), new Match.Protocol(Match.TCP))));
        rules.addAll(lan.input());
        rules.add(drop(INPUT));
        return rules;
    }

    private List<FilterRule> administration() {
        List<FilterRule> rules = new ArrayList<>();
        for (int port : allowance.inputPorts()) {
            FilterRule rule = accept(new Match.ToPort(Match.TCP, port));
            if (allowance.inputFrom().isEmpty()) {
                rules.add(rule);
            }
            allowance.inputFrom().forEach(prefix -> rules.add(rule.and(new Match.From(prefix))));
        }
        return rules;
    }

    private List<FilterRule> forward() {
        List<FilterRule> rules = new ArrayList<>();
        // The tunnel's own network is nobody's to reach from here: what answers there would tell that it is.
        policy.addresses().forEach(address -> rules.add(drop(TUNNEL_ADDRESS, new Match.To(address.network()))));
        dnsAndTunnel().forEach(rule -> rules.addAll(byClients(rule)));
        tunnel.ifPresent(up -> rules.add(rule(pass, arrivedBy(up.device()), new Match.Established())));
        rules.addAll(lan.forward());
        rules.add(drop(FORWARD));
        return rules;
    }

    /** Into the tunnel only for the local network's interfaces, where they are named: nobody on the provider's side is to use it as his way out. */
    private List<FilterRule> byClients(FilterRule rule) {
        boolean accepts = rule.action() instanceof Action.Accept;
        return !accepts || allowance.lanInterfaces().isEmpty()
                ? List.of(rule)
                : allowance.lanInterfaces().stream()
                        .map(device -> rule.and(arrivedBy(device)))
                        .toList();
    }

    /**
     * Back to where {@link #byClients} let it come from. A local program's answers go by the loopback; they would go by the line when the tunnel's device has
     * lost its address.
     */
    private List<FilterRule> toClients(FilterRule rule) {
        return allowance.lanInterfaces().isEmpty()
                ? List.of(rule)
                : allowance.lanInterfaces().stream()
                        .map(device -> rule.and(leavesBy(device)))
                        .toList();
    }

    private List<FilterRule> output() {
        List<FilterRule> rules = new ArrayList<>();
        rules.add(accept(leavesBy(LOOPBACK)));
        // A program's connection that is redirected still bears the interface it was routed to first; it goes to the
        // loopback.
        rules.add(accept(to("127.0.0.0/8"), new Match.Redirected()));
        rules.add(accept(to("::1"), new Match.Redirected()));
        rules.addAll(LinkRules.out());
        rules.addAll(own());
        rules.addAll(dnsAndTunnel());
        for (int port : allowance.inputPorts()) {
            rules.add(rule(pass, new Match.FromPort(Match.TCP, port), new Match.Established(), new Match.Reply()));
        }
        rules.addAll(toClients(rule(pass, new Match.Redirected(), new Match.Reply(), new Match.Protocol(Match.TCP))));
        rules.addAll(lan.output());
        rules.addAll(ownRefused());
        rules.add(prohibit(OUTPUT));
        return rules;
    }

    /**
     * Our own opening, to a server that an outbound of a moment ago has and the filter does not know yet, fails at once and is tried again. An ICMP error meets the socket
     * in the middle of connect(2), which only notes it (Linux: a soft error while the socket is held) and waits for the repeated SYN, a second later (RFC 6298 §2.1).
     */
    private List<FilterRule> ownRefused() {
        int mark = policy.own().mark();
        return mark == 0
                ? List.of()
                : List.of(new FilterRule(
                        List.of(new Match.Marked(mark), new Match.TcpOpening()),
                        new Action.Reset(),
                        Optional.of(OUTPUT)));
    }

    /** Name queries: only into the tunnel, and there only to its resolvers if it names some; then everything else into the tunnel. */
    private List<FilterRule> dnsAndTunnel() {
        List<FilterRule> rules = new ArrayList<>();
        if (tunnel.isPresent()) {
            Match byTunnel = leavesBy(tunnel.get().device());
            for (InetAddress resolver : tunnel.get().resolvers()) {
                Match to = new Match.To(new IpPrefix(resolver, resolver.getAddress().length * Byte.SIZE));
                rules.add(accept(byTunnel, to, new Match.ToPort(Match.UDP, DOMAIN)));
                rules.add(accept(byTunnel, to, new Match.ToPort(Match.TCP, DOMAIN)));
            }
            if (tunnel.get().resolvers().isEmpty()) {
                rules.add(accept(byTunnel));
            }
        }
        rules.add(new FilterRule(
                List.of(new Match.ToPort(Match.UDP, DOMAIN)), new Action.Unreachable(), Optional.of(DNS)));
        rules.add(new FilterRule(List.of(new Match.ToPort(Match.TCP, DOMAIN)), new Action.Reset(), Optional.of(DNS)));
        tunnel.filter(up -> !up.resolvers().isEmpty()).ifPresent(up -> rules.add(accept(leavesBy(up.device()))));
        return rules;
    }

    private List<FilterRule> own() {
        return policy.own().endpoints().stream().flatMap(this::own).toList();
    }

    private Stream<FilterRule> own(OwnTraffic.Endpoint endpoint) {
        List<Match> matches = new ArrayList<>();
        matches.add(new Match.Marked(policy.own().mark()));
        endpoint.destination().ifPresent(prefix -> matches.add(new Match.To(prefix)));
        List<Integer> protocols = endpoint.network()
                .map(network -> switch (network) {
                    case TCP -> List.of(Match.TCP);
                    case UDP -> List.of(Match.UDP);
                    case ICMP -> List.of(Match.ICMP, Match.ICMPV6);
                })
                .orElse(endpoint.port() == 0 ? List.of() : List.of(Match.TCP, Match.UDP));
        if (protocols.isEmpty()) {
            return Stream.of(accept(matches.toArray(Match[]::new)));
        }
        return protocols.stream().map(protocol -> {
            List<Match> all = new ArrayList<>(matches);
            all.add(endpoint.port() == 0 ? new Match.Protocol(protocol) : new Match.ToPort(protocol, endpoint.port()));
            return accept(all.toArray(Match[]::new));
        });
    }

    /** What comes here has passed every filter. */
    private List<FilterRule> leaving() {
        List<FilterRule> rules = new ArrayList<>();
        for (InetAddress target : CANARY_TARGETS) {
            List<Match> matches = new ArrayList<>();
            matches.add(new Match.LeavesBy(LOOPBACK, true));
            tunnel.ifPresent(up -> matches.add(new Match.LeavesBy(up.device(), true)));
            matches.add(new Match.To(new IpPrefix(target, target.getAddress().length * Byte.SIZE)));
            rules.add(new FilterRule(matches, new Action.Continue(), Optional.of(ESCAPED)));
        }
        return rules;
    }

    private Filter.Guard guard() {
        List<FilterRule> rules = new ArrayList<>();
        rules.add(accept(new Match.NotIp()));
        rules.add(accept(new Match.HasMarkBit(PASSED)));
        rules.addAll(LinkRules.out());
        rules.addAll(own());
        rules.addAll(lan.guard());
        rules.add(drop(GUARD));
        return new Filter.Guard(rules, tunnel.map(FirewallPolicy.Connected::device));
    }
}
