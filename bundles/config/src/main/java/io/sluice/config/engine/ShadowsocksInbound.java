package io.sluice.config.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Shadowsocks for people who come from outside: one key for all, or with a method of 2022 a key for each. */
final class ShadowsocksInbound implements InboundProtocol {

    @Override
    public List<String> names() {
        return List.of("shadowsocks");
    }

    @Override
    public String room() {
        return "shadowsocks";
    }

    @Override
    public boolean read(InboundDraft draft) {
        if (draft.settings().isEmpty()) {
            draft.inbound()
                    .missing(
                            "settings",
                            "write \"settings\": { \"method\": \"2022-blake3-aes-128-gcm\", \"password\": \"…\" }");
            return false;
        }
        Section settings = draft.settings().get();
        Optional<ShadowsocksMethod> method = ShadowsocksMethod.read(settings);
        Optional<String> password = method.flatMap(m -> m.password(settings, false));
        settings.either("password");
        boolean good = networks(settings, draft.properties());
        if (Boolean.FALSE.equals(draft.properties().get("tcp"))) {
            draft.inbound().noEffect("packets come by UDP, which no layer carries", "streamSettings");
        }
        String field = settings.either("users", "clients");
        good &= users(settings, field, method, draft.properties());
        settings.noEffect("there are no levels and addresses of users", "level", "email");
        method.ifPresent(m -> draft.properties().put("method", m.word()));
        password.ifPresent(p -> draft.properties().put(".password", p));
        return good && method.isPresent() && password.isPresent();
    }

    /** As in Xray: TCP alone unless said otherwise. */
    private static boolean networks(Section settings, Map<String, Object> properties) {
        Optional<Located<String>> written = settings.string("network");
        Set<String> networks = Set.of(written.map(Located::value)
                .orElse("tcp")
                .toLowerCase(Locale.ROOT)
                .trim()
                .split("\\s*,\\s*"));
        if (!Set.of("tcp", "udp").containsAll(networks)) {
            settings.problems()
                    .add(
                            ProblemCode.UNKNOWN_VALUE,
                            written.orElseThrow().at(),
                            written.orElseThrow().path(),
                            "'" + written.orElseThrow().value() + "' is not known here.",
                            "write \"tcp\", \"udp\" or \"tcp,udp\"");
            return false;
        }
        properties.put("tcp", networks.contains("tcp"));
        properties.put("udp", networks.contains("udp"));
        return true;
    }

    private static boolean users(
            Section settings, String field, Optional<ShadowsocksMethod> method, Map<String, Object> properties) {
        List<Section> users = settings.sections(field);
        if (users.isEmpty()) {
            return true;
        }
        if (method.isPresent() && !method.get().hasIdentityHeaders()) {
            settings.problems()
                    .add(
                            ProblemCode.NOT_SUPPORTED,
                            settings.at(field),
                            settings.path(field),
                            "Several users need identity headers, which "
                                    + method.get().word() + " has not.",
                            "use 2022-blake3-aes-128-gcm or 2022-blake3-aes-256-gcm, or an inbound for each user");
            users.forEach(user -> user.either("method", "password", "email", "level"));
            return false;
        }
        Map<String, String> keys = new LinkedHashMap<>();
        boolean good = true;
        for (Section user : users) {
            Optional<String> key = method.flatMap(m -> m.password(user, false));
            String name = user.string("email").map(Located::value).orElse("user " + (keys.size() + 1));
            user.either("password");
            user.noEffect("the method is that of the inbound", "method");
            user.noEffect("there are no levels of users", "level");
            user.end();
            good &= key.isPresent();
            if (key.isPresent() && keys.putIfAbsent(name, key.get()) != null) {
                settings.problems()
                        .add(
                                ProblemCode.BAD_NAME,
                                user.at("email"),
                                user.path("email"),
                                "The user '" + name + "' is there already.",
                                "give one of them another email");
                good = false;
            }
        }
        properties.put(
                ".users",
                keys.entrySet().stream()
                        .map(e -> e.getKey() + ":" + e.getValue())
                        .toArray(String[]::new));
        return good;
    }
}
