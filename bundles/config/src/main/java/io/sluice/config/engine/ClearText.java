package io.sluice.config.engine;

import io.sluice.api.net.PrivateHosts;
import java.util.Optional;

/**
 * Trojan and VLESS encrypt nothing themselves: without a security layer everybody on the way reads the password and all that follows. As in Xray
 * that is allowed to private hosts only.
 */
final class ClearText {

    private ClearText() {}

    /** @return whether it may go on; else it is reported */
    static boolean check(OutboundDraft draft, Section server) {
        Object address = draft.properties().get("address");
        if (isSecured(draft.outbound()) || !(address instanceof String host) || PrivateHosts.contains(host)) {
            return true;
        }
        draft.problems()
                .add(
                        ProblemCode.CLEAR_TEXT,
                        server.at("address"),
                        server.path("address"),
                        "Without TLS everybody between here and " + host + " could read and change everything.",
                        "write \"streamSettings\": { \"security\": \"tls\" }");
        return false;
    }

    /** What is written wrongly there is reported where it is read. */
    private static boolean isSecured(Section outbound) {
        Optional<String> security =
                outbound.any("streamSettings").map(s -> s instanceof Json.Obj stream ? word(stream) : "");
        return security.filter(s -> !s.isEmpty() && !s.equalsIgnoreCase("none")).isPresent();
    }

    private static String word(Json.Obj stream) {
        return stream.members().stream()
                .filter(m -> m.name().equals("security"))
                .map(m -> m.value() instanceof Json.Str(Place _, String text) ? text : "")
                .findFirst()
                .orElse("");
    }
}
