package io.sluice.tunnel.engine;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.api.killswitch.OwnTraffic.Endpoint;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Reach;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kill switch is told. Every state gives its policy on entering, before anything else is done; the same policy is not given twice to
 * the same kill switch, and one that it has refused only after a while: a refusal takes some ten milliseconds, and a state asks many times. While it is absent
 * its rules stay in the kernel, and the newest policy is given to its successor.
 */
final class Firewall {

    private static final Logger LOG = LoggerFactory.getLogger(Firewall.class);

    /** Port of name servers (RFC 1035 §4.2): our own sockets may ask them for the names of the outbounds' servers. */
    private static final int DNS = 53;

    private Optional<KillSwitch> teller = Optional.empty();
    private Optional<FirewallPolicy> told = Optional.empty();
    private Optional<Refusal> refused = Optional.empty();
    private boolean blocked;

    /** What was not in force a moment ago. */
    private record Refusal(KillSwitch by, FirewallPolicy rules, Fault fault, Instant at) {

        /** For {@link BackOff#BETWEEN_ATTEMPTS}. A wall clock that was set back does not make it longer. */
        private boolean stands(KillSwitch asked, FirewallPolicy wanted, Instant now) {
            Duration passed = Duration.between(at, now);
            return by.equals(asked)
                    && rules.equals(wanted)
                    && !passed.isNegative()
                    && passed.compareTo(BackOff.BETWEEN_ATTEMPTS) < 0;
        }
    }

    /** Whether the filter is closed, as far as was heard. */
    boolean blocked() {
        return blocked;
    }

    void heard(KillSwitchStatus.State state) {
        blocked = state == KillSwitchStatus.State.BLOCKED;
    }

    /**
     * What the kill switch says by itself. Disarmed in a mode that has rules, though a policy with rules was given, means that these are lost: the policy is
     * given again, and what cannot be set then is a fault of the state.
     */
    void heard(KillSwitchMode mode, KillSwitchStatus.State state) {
        heard(state);
        refused = Optional.empty();
        if (state == KillSwitchStatus.State.DISARMED && mode != KillSwitchMode.OFF) {
            told = told.filter(FirewallPolicy.Disconnected.class::isInstance);
        }
    }

    /**
     * Gives the policy, if it is another one or there is another kill switch.
     *
     * @return why it is not in force, if so: what was in force before still is
     */
    Optional<Fault> apply(FirewallPolicy wanted, TunnelContext context) {
        Optional<KillSwitch> now = context.rooms().killSwitch();
        FirewallPolicy policy = once(wanted);
        if (now.isEmpty() || (now.equals(teller) && told.equals(Optional.of(policy)))) {
            return Optional.empty();
        }
        FirewallPolicy rules = rules(policy);
        Optional<Fault> known = refused.filter(before -> before.stands(now.get(), rules, context.now()))
                .map(Refusal::fault);
        if (known.isPresent()) {
            return known;
        }
        try {
            now.get().apply(policy);
            teller = now;
            told = Optional.of(policy);
            refused = Optional.empty();
            KillSwitchStatus status = now.get().status();
            heard(status.state());
            remember(status.mode(), context);
            LOG.debug("kill switch {} in mode {} with {}", status.state(), status.mode(), policy);
            return Optional.empty();
        } catch (KillSwitchException e) {
            Fault fault = new Fault(
                    ErrorCause.KILLSWITCH_REFUSED,
                    "The kill switch could not set its rules (" + e.code() + "): " + Sentence.of(e),
                    "What was in force before still is. See: sluice killswitch status.",
                    e);
            LOG.error("{} {}", fault.getMessage(), fault.remedy());
            refused = Optional.of(new Refusal(now.get(), rules, fault, context.now()));
            // It tries these again by itself, so those of before are given anew when they are wanted again.
            teller = Optional.empty();
            return Optional.of(fault);
        }
    }

    /** Policies that differ in their reason only make the same rules. */
    private static FirewallPolicy rules(FirewallPolicy policy) {
        return policy instanceof FirewallPolicy.Blocked(String _, OwnTraffic own, List<IpPrefix> addresses)
                ? new FirewallPolicy.Blocked("", own, addresses)
                : policy;
    }

    /** An operator opens once; when that was done, a repetition (another kill switch, another outbound) opens nothing any more. */
    private FirewallPolicy once(FirewallPolicy wanted) {
        boolean was = told.filter(FirewallPolicy.Disconnected.class::isInstance).isPresent();
        return was && wanted instanceof FirewallPolicy.Disconnected(boolean _, OwnTraffic own, List<IpPrefix> addresses)
                ? new FirewallPolicy.Disconnected(false, own, addresses)
                : wanted;
    }

    /** Whether rules may be in force is kept over a restart: then nothing is connected without the kill switch. */
    static void remember(KillSwitchMode mode, TunnelContext context) {
        boolean armed = mode != KillSwitchMode.OFF;
        if (context.memory().killSwitch() != armed) {
            context.rememberOrWarn(context.memory().withKillSwitch(armed));
        }
    }

    /** What the appliance's own sockets may reach: what the outbounds that are there say. */
    static OwnTraffic own(Rooms rooms) {
        int mark = rooms.egress()
                .map(EgressBinder::status)
                .map(EgressBinder.EgressStatus::mark)
                .orElse(0);
        if (mark == 0) {
            return OwnTraffic.NONE;
        }
        List<Reach> reaches = rooms.reaches();
        if (reaches.stream().anyMatch(Reach::anywhere)) {
            return new OwnTraffic(mark, List.of(Endpoint.ANY));
        }
        Set<Endpoint> endpoints = new LinkedHashSet<>();
        reaches.stream().flatMap(r -> r.servers().stream()).forEach(server -> endpoints.addAll(endpoints(server)));
        // In an order of its own, so that the same servers make the same policy.
        List<Endpoint> sorted = new ArrayList<>(endpoints);
        sorted.sort((a, b) -> a.toString().compareTo(b.toString()));
        return new OwnTraffic(mark, sorted);
    }

    /** A server by its address; one by its name at any address, for that may change, and the name servers that tell it. */
    private static List<Endpoint> endpoints(Reach.Server server) {
        int port = server.address().getPort();
        InetAddress address = server.address().getAddress();
        if (address == null) {
            return List.of(
                    new Endpoint(Optional.empty(), port, Optional.of(server.network())),
                    new Endpoint(Optional.empty(), DNS, Optional.of(Network.UDP)),
                    new Endpoint(Optional.empty(), DNS, Optional.of(Network.TCP)));
        }
        IpPrefix host = new IpPrefix(address, address.getAddress().length * Byte.SIZE);
        return List.of(new Endpoint(Optional.of(host), port, Optional.of(server.network())));
    }
}
