package io.sluice.config.engine;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The {@code id} of VLESS and VMess: a UUID, or another text of 1 to 30 octets, which Xray maps to one. It is a secret: no message shows it. */
final class UserIds {

    private static final Pattern UUID =
            Pattern.compile("-?[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}");

    private UserIds() {}

    static boolean check(Located<String> id, Problems problems) {
        int octets = id.value().getBytes(StandardCharsets.UTF_8).length;
        boolean good = octets >= 1 && octets <= 30
                || octets >= 32 && octets <= 36 && UUID.matcher(id.value()).matches();
        if (!good) {
            problems.add(
                    ProblemCode.BAD_ID,
                    id.at(),
                    id.path(),
                    "This cannot be an id.",
                    "write a UUID, or another text of 1 to 30 octets");
        }
        return good;
    }
}
