package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/** Xray's {@code freedom}. */
final class DirectProtocol implements OutboundProtocol {

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
            s.noEffect("there are no levels", "userLevel");
            s.unsupported(
                    "it sends what it gets to where it is meant for",
                    "remove it",
                    "redirect",
                    "fragment",
                    "noises",
                    "proxyProtocol",
                    "ipsBlocked",
                    "finalRules");
        });
        return true;
    }
}
