package io.sluice.config.engine;

import java.util.List;

/** The proxies: socks, http and mixed. */
final class ProxyInbound implements InboundProtocol {

    private final String name;

    ProxyInbound(String name) {
        this.name = name;
    }

    @Override
    public List<String> names() {
        return List.of(name);
    }

    @Override
    public String room() {
        return name;
    }

    /** What speaks HTTP speaks no HTTP/2, so it must not be chosen. */
    @Override
    public List<String> applications() {
        return name.equals("socks") ? List.of() : List.of("http/1.1");
    }

    @Override
    public boolean read(InboundDraft draft) {
        boolean guarded = new InboundAccounts(draft.settings(), draft.problems(), draft.properties()).read(name);
        boolean open = draft.settings()
                .flatMap(s -> s.flag("open"))
                .map(Located::value)
                .orElse(false);
        boolean reachable = draft.address().filter(a -> !a.isLoopbackAddress()).isPresent();
        if (reachable && !guarded && !open) {
            openListener(draft.listen().orElseThrow(), draft.problems());
        }
        if (open) {
            draft.properties().put("open", true);
        }
        return true;
    }

    private static void openListener(Located<String> listen, Problems problems) {
        problems.add(
                ProblemCode.OPEN_LISTENER,
                listen.at(),
                listen.path(),
                "Everybody who reaches " + listen.value() + " could use this proxy: it asks for no password.",
                "set settings.auth to \"password\" with settings.accounts, listen on 127.0.0.1, or write"
                        + " \"open\": true in settings if that is meant");
    }
}
