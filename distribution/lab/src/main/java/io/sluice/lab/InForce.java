package io.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Whether the tunnel has the profile that was acknowledged. */
final class InForce {

    private InForce() {}

    /**
     * What the tunnel says is in force and is not what was configured; empty if all is.
     *
     * @param profile of {@code /tunnel}
     */
    static String difference(GatewayConfig wanted, JsonNode profile) {
        List<String> wrong = new ArrayList<>();
        compare(wrong, "mtu", wanted.mtu(), profile.path("mtu").asInt());
        compare(
                wrong,
                "include",
                wanted.ipv6() ? List.of(prefix("0.0.0.0/0"), prefix("::/0")) : List.of(prefix("0.0.0.0/0")),
                texts(profile.path("include")).stream().map(InForce::prefix).toList());
        compare(wrong, "nameServers", wanted.resolvers(), texts(profile.path("nameServers")));
        compare(
                wrong,
                "autoRedirect",
                wanted.redirect(),
                profile.path("autoRedirect").asBoolean());
        return String.join(", ", wrong);
    }

    private static void compare(List<String> wrong, String what, Object wanted, Object found) {
        if (!wanted.equals(found)) {
            wrong.add(what + " is " + found + " in place of " + wanted);
        }
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    /** An IPv6 address can be written in several ways. */
    private static String prefix(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? text
                : InetAddress.ofLiteral(text.substring(0, slash)).getHostAddress() + text.substring(slash);
    }
}
