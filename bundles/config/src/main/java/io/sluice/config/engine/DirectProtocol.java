package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Xray's {@code freedom}. */
final class DirectProtocol implements OutboundProtocol {

    private static final List<String> ACTIONS = List.of("allow", "block");
    private static final List<String> NETWORKS = List.of("tcp", "udp");

    @Override
    public List<String> names() {
        return List.of("direct", "freedom");
    }

    @Override
    public String type() {
        return "direct";
    }

    @Override
    public boolean isLayered() {
        return false;
    }

    @Override
    public boolean read(OutboundDraft draft) {
        Optional<Section> settings = draft.settings();
        Optional<Located<String>> strategy = settings.flatMap(s -> s.word("domainStrategy", DomainStrategy.WORDS))
                .or(() -> settings.flatMap(s -> s.word("targetStrategy", DomainStrategy.WORDS)))
                .or(() -> draft.outbound().word("targetStrategy", DomainStrategy.WORDS));
        draft.outbound().either("targetStrategy");
        draft.properties().put("domainStrategy", strategy.map(Located::value).orElse("AsIs"));
        settings.ifPresent(s -> {
            s.either("domainStrategy", "targetStrategy");
            List<Located<String>> servers = s.strings("nameservers");
            servers.forEach(n -> draft.values().socketAddress(n));
            if (!servers.isEmpty()) {
                draft.properties()
                        .put("nameservers", servers.stream().map(Located::value).toArray(String[]::new));
            }
            List<String> rules = finalRules(s);
            if (!rules.isEmpty()) {
                draft.properties().put("finalRules", rules.toArray(String[]::new));
            }
            s.removed("ipsBlocked", "finalRules");
            s.noEffect("there are no levels", "userLevel");
            s.unsupported(
                    "it sends what it gets to where it is meant for",
                    "remove it",
                    "redirect",
                    "fragment",
                    "noises",
                    "proxyProtocol");
        });
        return true;
    }

    /** Which addresses its flows may be sent to; a line each. */
    private static List<String> finalRules(Section settings) {
        RuleValues values = new RuleValues(settings.problems());
        List<String> lines = new ArrayList<>();
        for (Section rule : settings.sections("finalRules")) {
            if (!rule.has("action")) {
                rule.missing("action", "write one of: " + String.join(", ", ACTIONS));
            }
            Optional<Located<String>> action = rule.word("action", ACTIONS);
            List<String> networks = values.networks(rule, NETWORKS);
            List<String> ports = values.ports(rule, "port");
            List<String> addresses = values.addresses(rule.strings("ip"));
            rule.noEffect("what is blocked is refused at once", "blockDelay");
            rule.end();
            action.ifPresent(a -> lines.add(a.value()
                    + condition("network", networks)
                    + condition("port", ports)
                    + condition("ip", addresses)));
        }
        return lines;
    }

    private static String condition(String name, List<String> values) {
        return values.isEmpty() ? "" : " " + name + "=" + String.join(",", values);
    }
}
