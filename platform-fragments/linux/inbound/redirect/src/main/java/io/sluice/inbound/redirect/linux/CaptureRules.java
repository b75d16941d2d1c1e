package io.sluice.inbound.redirect.linux;

import io.sluice.api.net.IpPrefix;
import io.sluice.inbound.redirect.spi.Capture;
import io.sluice.nftables.linux.NftChain;
import io.sluice.nftables.linux.NftRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The chains for captures. For each listener: {@code local} for programs of this host, {@code forwarded} for what arrives, and {@code door}, which resets who
 * connects to the listener without having been redirected. A redirected packet goes to 127.0.0.1 or ::1, or to the address of the interface by which
 * it arrived; connection tracking keeps its true destination and rewrites the answers.
 */
final class CaptureRules {

    /** Just before other tables' destination NAT (dstnat is −100), so that theirs does not change what we are to see. */
    private static final int BEFORE_DSTNAT = -105;

    /** Just before the usual filters, which may let the listener's port pass for redirected connections, as they must. */
    private static final int BEFORE_FILTER = -5;

    private CaptureRules() {}

    static List<NftChain> of(List<Capture> captures) {
        List<NftChain> chains = new ArrayList<>();
        for (int i = 0; i < captures.size(); i++) {
            Capture capture = captures.get(i);
            if (capture.local()) {
                chains.add(new NftChain("local" + i, "nat", "output", BEFORE_DSTNAT, rules(capture, true)));
            }
            if (capture.forwarded()) {
                chains.add(new NftChain("forwarded" + i, "nat", "prerouting", BEFORE_DSTNAT, rules(capture, false)));
            }
            NftRule direct =
                    NftRule.always().tcpTo(capture.port()).notRedirected().refuse();
            chains.add(new NftChain("door" + i, "filter", "input", BEFORE_FILTER, List.of(direct)));
        }
        return chains;
    }

    private static List<NftRule> rules(Capture capture, boolean local) {
        List<NftRule> rules = new ArrayList<>();
        if (capture.mark() != 0) {
            rules.add(NftRule.always().marked(capture.mark()).goOn());
        }
        boolean byRoutes = capture.tunInterface().isPresent();
        if (!byRoutes) {
            rules.add(NftRule.always().tcp().toOneOfOurs().goOn());
        }
        for (boolean ipv6 : new boolean[] {false, true}) {
            List<IpPrefix> exclude = disjoint(capture.exclude(), ipv6);
            if (!exclude.isEmpty()) {
                rules.add(NftRule.always().tcp().to(ipv6, exclude).goOn());
            }
        }
        if (byRoutes) {
            String device = capture.tunInterface().get();
            NftRule tcp = NftRule.always().tcp();
            rules.add((local ? tcp.leavingBy(device) : tcp.notArrivedBy(device).routedBy(device))
                    .redirect(capture.port()));
            return rules;
        }
        for (boolean ipv6 : new boolean[] {false, true}) {
            List<IpPrefix> include = disjoint(capture.include(), ipv6);
            if (!include.isEmpty()) {
                rules.add(NftRule.always().tcp().to(ipv6, include).redirect(capture.port()));
            }
        }
        return rules;
    }

    /** The prefixes of one family that no other one covers: the kernel's sets of intervals refuse an overlap. */
    static List<IpPrefix> disjoint(List<IpPrefix> prefixes, boolean ipv6) {
        List<IpPrefix> kept = new ArrayList<>();
        prefixes.stream()
                .filter(prefix -> prefix.isIpv6() == ipv6)
                .map(IpPrefix::network)
                .distinct()
                .sorted(Comparator.comparingInt(IpPrefix::length))
                .filter(prefix -> kept.stream().noneMatch(wider -> wider.contains(prefix.address())))
                .forEach(kept::add);
        return kept;
    }
}
