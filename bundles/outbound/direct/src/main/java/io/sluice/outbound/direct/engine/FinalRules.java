package io.sluice.outbound.direct.engine;

import io.sluice.api.flow.FlowSource;
import io.sluice.dialer.ClientReach;
import io.sluice.dialer.ConnectFailures;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which addresses a flow may be sent to, decided when they are known: a name that resolves to an address of this host does not lead there behind
 * the back of policy, which saw the name. The first rule that matches decides; where none does, {@link ClientReach}.
 *
 * <p>A rule is a line: {@code allow} or {@code block}, then conditions which must all hold, of each of which one value must: {@code network=tcp,udp},
 * {@code port=22,1000-2000}, {@code ip=10.0.0.0/8,::1}.
 *
 * <p>Immutable.
 */
public final class FinalRules {

    /** No rule: only what is blocked without one. */
    public static final FinalRules NONE = new FinalRules(List.of());

    private final List<FinalRule> rules;

    private FinalRules(List<FinalRule> rules) {
        this.rules = rules;
    }

    /** @throws IllegalArgumentException with a sentence that names the line and what is wrong with it */
    public static FinalRules parse(List<String> lines) {
        return new FinalRules(lines.stream().map(FinalRule::parse).toList());
    }

    /** Whether there is anything that the flow may not be sent to. */
    boolean restrict(FlowSource source) {
        return !rules.isEmpty() || ClientReach.restricts(source);
    }

    /**
     * Whether it may be sent there.
     *
     * @param destination an address, not a name
     * @param host knows this host's addresses
     */
    boolean allow(FlowSource source, InetSocketAddress destination, Predicate<InetAddress> host) {
        FinalRule rule = deciding(source, destination);
        return rule != null ? rule.allows() : ClientReach.allows(source, destination.getAddress(), host);
    }

    /** Why not, for people; empty if it may. */
    Optional<String> refusal(FlowSource source, InetSocketAddress destination, Predicate<InetAddress> host) {
        if (allow(source, destination, host)) {
            return Optional.empty();
        }
        return Optional.of(
                deciding(source, destination) != null
                        ? "the outbound's finalRules block " + ConnectFailures.text(destination)
                        : ClientReach.refusal(source, destination));
    }

    private FinalRule deciding(FlowSource source, InetSocketAddress destination) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).matches(source.network(), destination)) {
                return rules.get(i);
            }
        }
        return null;
    }
}
