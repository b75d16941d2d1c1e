package io.sluice.killswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.net.IpPrefix;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.spi.Filter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every rule of every state, literally: a change of protection is seen as a changed line of {@code golden/}. */
class GoldenRulesTest {

    private static String text(Filter filter) {
        List<String> lines = new ArrayList<>(NftTables.text(filter));
        filter.guard().ifPresent(guard -> {
            lines.add("guard of every interface but " + guard.except().orElse("the loopback") + " {");
            guard.rules().forEach(rule -> lines.add("\t" + RuleText.line(rule, true)));
            lines.add("}");
        });
        // The checksum of a line says nothing that the line does not.
        return lines.stream()
                .map(line -> line.replaceFirst(" comment \"sluice (\\S+) [0-9a-f]{8}\"", ""))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static void golden(String name, Filter filter) throws IOException {
        try (InputStream in = GoldenRulesTest.class.getResourceAsStream("/golden/" + name + ".nft")) {
            String wanted = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(text(filter)).as(name).isEqualTo(wanted);
        }
    }

    @Test
    void connected() throws IOException {
        golden("connected", FilterPlan.of(Scene.CONNECTED, Allowance.NONE, false));
    }

    @Test
    void connected_withResolversAndDirectOutbound() throws IOException {
        FirewallPolicy policy = new FirewallPolicy.Connected(
                Scene.ANYTHING,
                Scene.TUN,
                List.of(),
                List.of(InetAddress.ofLiteral("9.9.9.9"), InetAddress.ofLiteral("2620:fe::fe")));
        golden("connected-resolvers", FilterPlan.of(policy, Allowance.NONE, false));
    }

    @Test
    void connected_lanAndAdministration() throws IOException {
        golden("connected-lan", FilterPlan.of(Scene.CONNECTED, Scene.LAN, false));
    }

    @Test
    void connected_lanByInterface_carriesNobodyElse() throws IOException {
        Allowance allowance = new Allowance(true, List.of("lan0"), List.of(22), List.of());
        golden("connected-lan0", FilterPlan.of(Scene.CONNECTED, allowance, false));
    }

    @Test
    void connecting_lanByInterface() throws IOException {
        Allowance allowance =
                new Allowance(true, List.of("lan0"), List.of(22), List.of(IpPrefix.parse("192.0.2.0/24")));
        golden("connecting-lan0", FilterPlan.of(Scene.CONNECTING, allowance, false));
    }

    @Test
    void blocked_lockdown() throws IOException {
        golden("blocked-lockdown", FilterPlan.of(Scene.BLOCKED, Allowance.NONE, true));
    }

    /** What the guard has no rule of its own for is marked where it is let pass, and nowhere else. */
    @Test
    void connected_lockdownWithLan() throws IOException {
        Allowance allowance = new Allowance(true, List.of("lan0"), List.of(22), List.of());
        golden("connected-lockdown-lan0", FilterPlan.of(Scene.CONNECTED, allowance, true));
    }

    @Test
    void quoted_nameThatWouldEndTheQuote_isRefused() {
        for (String name : List.of("a\"b", "a b", "a\\b", "", "abcdefghijklmnop", "eth*")) {
            assertThatThrownBy(() -> RuleText.quoted(name)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(RuleText.quoted("eth0.5@x")).isEqualTo("\"eth0.5@x\"");
    }
}
