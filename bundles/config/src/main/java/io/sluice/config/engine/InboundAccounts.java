package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the {@code settings} of an inbound: who may use it, and what about UDP. Passwords appear in no message. */
final class InboundAccounts {

    private final Optional<Section> settings;
    private final Problems problems;
    private final Map<String, Object> properties;

    InboundAccounts(Optional<Section> settings, Problems problems, Map<String, Object> properties) {
        this.settings = settings;
        this.problems = problems;
        this.properties = properties;
    }

    /** Fills the properties; returns whether a password is asked for. */
    boolean read(String protocol) {
        properties.put("auth", "noauth");
        if (!protocol.equals("http")) {
            properties.put("udp", false); // as in Xray
        }
        return settings.map(s -> read(s, protocol)).orElse(false);
    }

    private boolean read(Section section, String protocol) {
        String field = section.either("accounts", "users");
        List<String> accounts = accounts(section, field);
        Optional<Located<String>> auth = section.word("auth", List.of("noauth", "password"));
        // Accounts without auth mean that they are to be asked for: leaving the door open would be the worse mistake.
        String mode = auth.map(Located::value).orElse(section.has(field) ? "password" : "noauth");
        properties.put("auth", mode);
        if (mode.equals("password") && !section.has(field)) {
            section.missing(
                    field, "write \"accounts\": [ { \"user\": \"…\", \"pass\": \"…\" } ], or set auth to \"noauth\"");
        }
        if (mode.equals("noauth") && !accounts.isEmpty()) {
            problems.add(
                    ProblemCode.UNUSED_ACCOUNTS,
                    section.at(field),
                    section.path(field),
                    "These accounts are not asked for, because auth is \"noauth\".",
                    "set auth to \"password\"");
        }
        if (mode.equals("password")) {
            properties.put(".accounts", accounts.toArray(String[]::new));
        }
        if (!protocol.equals("http")) {
            udp(section);
        }
        section.noEffect("there are no levels", "userLevel");
        section.unsupported("only CONNECT and plain requests are taken", "remove it", "allowTransparent");
        return mode.equals("password");
    }

    private void udp(Section section) {
        section.flag("udp").ifPresent(f -> properties.put("udp", f.value()));
        section.string("ip")
                .flatMap(new Values(problems)::address)
                .ifPresent(a -> properties.put("ip", a.getHostAddress()));
    }

    private List<String> accounts(Section section, String field) {
        List<String> accounts = new ArrayList<>();
        for (Section account : section.sections(field)) {
            Optional<Located<String>> user = account.required("user", "write \"user\": \"…\"");
            Optional<Located<String>> pass =
                    Passwords.uncovered(account.required("pass", "write \"pass\": \"…\""), problems);
            account.noEffect("there are no levels and addresses of users", "level", "email");
            account.end();
            if (user.isPresent() && !usable(user.get().value())) {
                problems.add(
                        ProblemCode.BAD_NAME,
                        user.get().at(),
                        user.get().path(),
                        "This user's name cannot be used.",
                        "write 1 to 255 octets without a colon (RFC 1929, RFC 7617)");
            } else if (user.isPresent() && pass.isPresent()) {
                accounts.add(user.get().value() + ":" + pass.get().value());
            }
        }
        return accounts;
    }

    private static boolean usable(String user) {
        return !user.isEmpty() && !user.contains(":") && user.length() <= 255;
    }
}
