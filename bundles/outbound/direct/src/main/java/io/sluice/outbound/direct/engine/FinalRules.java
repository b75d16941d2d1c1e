package io.sluice.outbound.direct.engine;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.PrefixSet;
import io.sluice.api.net.PrivateHosts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses a flow may be sent to, decided when they are known: a name that resolves to an address of this host does not lead there behind
 * the back of policy, which saw the name. The first rule that matches decides.
 *
 * <p>A rule is a line: {@code allow} or {@code block}, then conditions which must all hold, of each of which one value must: {@code network=tcp,udp},
 * {@code port=22,1000-2000}, {@code ip=10.0.0.0/8,::1}.
 *
 * <p>Where none matches: what came with a key from anywhere reaches no private address (as in Xray's {@code freedom}: whoever has a key to a server
 * is not yet at home in its network), a client on another host nothing that only this host and its links can reach (loopback, RFC 1122 §3.2.1.3;
 * link-local, RFC 3927 §7, RFC 4291 §2.5.6), and everybody else everything.
 *
 * <p>Immutable; allocates nothing that outlives a call.
 */
public final class FinalRules {

    /** No rule: only what is blocked without one. */
    public static final FinalRules NONE = new FinalRules(List.of());

    /** What the kernel takes for this host, and what no router carries. */
    private static final PrefixSet OWN =
            new PrefixSet(Stream.of("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10")
                    .map(IpPrefix::parse)
                    .toList());

    private final List<FinalRule> rules;

    private FinalRules(List<FinalRule> rules) {
        this.rules = rules;
    }

    /** @throws IllegalArgumentException with a sentence that names the line and what is wrong with it */
    public static FinalRules parse(List<String> lines) {
        return new FinalRules(lines.stream().map(FinalRule::parse).toList());
    }

    /** @param destination an address, not a name */
    boolean allow(FlowSource source, InetSocketAddress destination) {
        for (int i = 0; i < rules.size(); i++) {
            FinalRule rule = rules.get(i);
            if (rule.matches(source.network(), destination)) {
                return rule.allows();
            }
        }
        if (source.keyed()) {
            return !PrivateHosts.ADDRESSES.contains(destination.getAddress());
        }
        InetAddress client = source.source().getAddress();
        return client != null && client.isLoopbackAddress() || !OWN.contains(destination.getAddress());
    }

    /** Why not, for people. */
    static String refusal(FlowSource source, String destination) {
        return "this client may not reach " + destination + " by this outbound: "
                + (source.keyed()
                        ? "who comes with a key reaches no private address"
                        : "no client of another host reaches what is this host's own")
                + " unless the outbound's finalRules allow it";
    }
}
