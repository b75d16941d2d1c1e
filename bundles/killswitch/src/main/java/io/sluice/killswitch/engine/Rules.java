package io.sluice.killswitch.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.killswitch.spi.Action;
import io.sluice.killswitch.spi.FilterRule;
import io.sluice.killswitch.spi.Match;
import java.util.List;
import java.util.Optional;

/** Short words for rules. */
final class Rules {

    private Rules() {}

    static FilterRule rule(Action action, Match... matches) {
        return new FilterRule(List.of(matches), action, Optional.empty());
    }

    static FilterRule accept(Match... matches) {
        return rule(new Action.Accept(), matches);
    }

    static FilterRule jump(String chain, Match... matches) {
        return rule(new Action.Jump(chain), matches);
    }

    static FilterRule drop(String kind, Match... matches) {
        return new FilterRule(List.of(matches), new Action.Drop(), Optional.of(kind));
    }

    static FilterRule prohibit(String kind, Match... matches) {
        return new FilterRule(List.of(matches), new Action.Prohibit(), Optional.of(kind));
    }

    /**
     * Tells the sender of an opening at once: a reset is not rationed, as ICMP errors are (RFC 4443 §2.4 f; Linux: one a second to each host). A connection that
     * stands is not reset, for its way may be back in a moment.
     */
    static List<FilterRule> refuse(String kind, Match match) {
        return List.of(
                new FilterRule(List.of(match, new Match.TcpOpening()), new Action.Reset(), Optional.of(kind)),
                prohibit(kind, match));
    }

    static Match to(String prefix) {
        return new Match.To(IpPrefix.parse(prefix));
    }

    static Match from(String prefix) {
        return new Match.From(IpPrefix.parse(prefix));
    }

    static Match arrivedBy(String device) {
        return new Match.ArrivedBy(device, false);
    }

    static Match leavesBy(String device) {
        return new Match.LeavesBy(device, false);
    }
}
