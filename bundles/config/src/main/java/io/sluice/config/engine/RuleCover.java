package io.sluice.config.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.config.engine.Rule.Condition;
import java.util.List;
import java.util.Map;

/** Tells whether one rule takes everything that another one could match. Careful: it says yes only where that is certain. */
final class RuleCover {

    /** Pairs of values that are compared for one condition; longer lists are not looked at, a hint is not worth seconds. */
    private static final int MOST_PAIRS = 10_000;

    private RuleCover() {}

    static boolean covers(Rule earlier, Rule later) {
        return earlier.conditions().entrySet().stream().allMatch(e -> covers(e, later.conditions()));
    }

    private static boolean covers(Map.Entry<Condition, List<String>> wide, Map<Condition, List<String>> narrow) {
        List<String> values = narrow.get(wide.getKey());
        return values != null
                && (long) values.size() * wide.getValue().size() <= MOST_PAIRS
                && values.stream().allMatch(n -> wide.getValue().stream().anyMatch(w -> covers(wide.getKey(), w, n)));
    }

    private static boolean covers(Condition condition, String wide, String narrow) {
        return wide.equals(narrow)
                || switch (condition) {
                    case IP, SOURCE -> prefix(wide, narrow);
                    case PORT, SOURCE_PORT ->
                        PortRange.parse(wide)
                                .orElseThrow()
                                .contains(PortRange.parse(narrow).orElseThrow());
                    case DOMAIN -> domain(wide, narrow);
                    case NETWORK, INBOUND_TAG, USER -> false;
                };
    }

    private static boolean prefix(String wide, String narrow) {
        IpPrefix outer = IpPrefix.parse(wide);
        IpPrefix inner = IpPrefix.parse(narrow);
        return inner.length() >= outer.length() && outer.contains(inner.address());
    }

    private static boolean domain(String wide, String narrow) {
        String outer = wide.substring(wide.indexOf(':') + 1);
        String inner = narrow.substring(narrow.indexOf(':') + 1);
        boolean narrowIsName = narrow.startsWith("full:") || narrow.startsWith("domain:");
        if (wide.startsWith("domain:")) {
            return narrowIsName && (inner.equals(outer) || inner.endsWith("." + outer));
        }
        return wide.startsWith("keyword:") && (narrowIsName || narrow.startsWith("keyword:")) && inner.contains(outer);
    }
}
