package io.sluice.config.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.config.ImportPlan;
import io.sluice.api.config.ImportPlan.Entry;
import io.sluice.api.config.ImportPlan.Outcome;
import io.sluice.api.config.OutboundImport.Source;
import io.sluice.config.engine.Compiled;
import io.sluice.config.engine.ConfigReader;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of a configuration's text. */
class ImportPlannerTest {

    private static final String CONFIG = """
        // mine
        {
          "note_outbounds_not": [],
          "outbounds": [
            { "tag": "direct", "protocol": "direct" }, // the first
            { "tag": "block", "protocol": "block" } /* "last" ] */
            // the end
          ],
          "routing": { "rules": [] },
        }
        """.replace("  \"note_outbounds_not\": [],\n", "");

    private static ImportPlan plan(String... texts) {
        return ImportPlanner.plan(
                CONFIG, List.of(texts).stream().map(t -> new Source("s", t)).toList());
    }

    private static Compiled good(ImportPlan plan) {
        Compiled compiled = ConfigReader.read(plan.text(), "t");
        assertThat(compiled.hasErrors()).as(plan.text() + compiled.problems()).isFalse();
        return compiled;
    }

    @Test
    void links_areAddedBehindTheOthersAndCommentsStay() {
        ImportPlan plan = plan("socks://u:p@192.0.2.1:1080#my proxy");
        assertThat(plan.text())
                .isEqualTo(CONFIG.replace("\"protocol\": \"block\" }", "\"protocol\": \"block\" },")
                        .replace(
                                "    // the end\n",
                                "    // the end\n"
                                        + "    { \"tag\": \"my proxy\", \"protocol\": \"socks\", \"settings\": {"
                                        + " \"address\": \"192.0.2.1\", \"port\": 1080, \"user\": \"u\", \"pass\":"
                                        + " \"p\" } },\n"));
        assertThat(good(plan).components()).anyMatch(c -> c.label().contains("my proxy"));
        assertThat(plan.entries())
                .containsExactly(new Entry("s", Outcome.ADDED, "my proxy", "socks 192.0.2.1:1080", List.of()));
    }

    @Test
    void sameServer_isNotAddedTwice() {
        ImportPlan plan = plan("socks://192.0.2.1:1080#a\nsocks://192.0.2.1:1080#b\nsocks://192.0.2.2:1080#a");
        assertThat(plan.entries())
                .extracting(Entry::outcome)
                .containsExactly(Outcome.ADDED, Outcome.PRESENT, Outcome.ADDED);
        assertThat(plan.entries()).extracting(Entry::tag).containsExactly("a", "a", "a 2");
        ImportPlan again = ImportPlanner.plan(plan.text(), List.of(new Source("s", "socks://192.0.2.1:1080#c")));
        assertThat(again.entries()).extracting(Entry::tag).containsExactly("a");
        assertThat(again.text()).isEqualTo(plan.text());
    }

    /** Balancers and outbounds have their tags in common. */
    @Test
    void linkNamedLikeABalancer_getsAnotherTag() {
        String present = CONFIG.replace(
                "{ \"rules\": [] }",
                "{ \"balancers\": [ { \"tag\": \"group\", \"selector\": [\"direct\"] } ], \"rules\": [] }");
        ImportPlan plan = ImportPlanner.plan(present, List.of(new Source("s", "socks://192.0.2.1:1080#group")));
        good(plan);
        assertThat(plan.entries())
                .containsExactly(new Entry("s", Outcome.ADDED, "group 2", "socks 192.0.2.1:1080", List.of()));
    }

    /** Else what is meant to go through one server would go through whichever has its name here. */
    @Test
    void outboundThroughAServerThatIsThereUnderAnotherName_goesThroughThatOne() {
        String present =
                plan("socks://192.0.2.1:1080#mine\nsocks://192.0.2.9:1080#hop").text();
        ImportPlan plan = ImportPlanner.plan(present, List.of(new Source("s", """
            { "outbounds": [
              { "tag": "far", "protocol": "shadowsocks", "settings": { "address": "192.0.2.2", "port": 1,
                  "method": "aes-256-gcm", "password": "p" },
                "proxySettings": { "tag": "hop" } },
              { "tag": "hop", "protocol": "socks", "settings": { "address": "192.0.2.1", "port": 1080 } } ] }
            """)));
        assertThat(plan.entries()).extracting(Entry::outcome).containsExactly(Outcome.ADDED, Outcome.PRESENT);
        assertThat(plan.entries()).extracting(Entry::tag).containsExactly("far", "mine");
        assertThat(plan.text()).contains("\"proxySettings\": { \"tag\": \"mine\" }");
    }

    @Test
    void subscription_isDecoded() {
        String body = Base64.getMimeEncoder()
                .encodeToString("socks://192.0.2.1:1080#a\n\n# remark\nsocks://192.0.2.2:1080#b\n".getBytes());
        assertThat(plan(body).with(Outcome.ADDED)).hasSize(2);
    }

    @Test
    void xrayConfiguration_bringsItsServers() {
        ImportPlan plan = plan("""
            { "log": {}, "outbounds": [
              // comments are allowed there too
              { "protocol": "socks", "tag": "direct", "settings": { "servers": [ { "address": "a.example", "port": 1080 } ] } },
              { "protocol": "freedom", "tag": "freedom" },
              { "protocol": "blackhole" }
            ] }
            """);
        good(plan);
        assertThat(plan.entries())
                .containsExactly(
                        new Entry("s, outbounds[0]", Outcome.ADDED, "direct 2", "socks a.example:1080", List.of()));
    }

    @Test
    void whatCannotBeHad_isRefusedByField() {
        ImportPlan plan = plan(
                "hysteria2://x@a.example:443#h",
                "vless://b831381d-6324-4d53-ad4f-8cda48b30811@a.example:443?security=tls&allowInsecure=1",
                "{ \"outbounds\": [ { \"protocol\": \"socks\", \"settings\": { \"address\": \"a.example\", \"port\":"
                        + " 70000 } }, { \"type\": \"vless\" }, { \"protocol\": \"wireguard\" } ] }",
                "proxies:\n  - name: x\n",
                "nonsense",
                "");
        assertThat(plan.text()).isEqualTo(CONFIG);
        assertThat(plan.entries()).extracting(Entry::outcome).containsOnly(Outcome.REFUSED);
        assertThat(plan.entries())
                .extracting(e -> e.remarks().getFirst())
                .satisfiesExactly(
                        r -> assertThat(r).startsWith("link: "),
                        r -> assertThat(r).startsWith("allowInsecure: "),
                        r -> assertThat(r).startsWith("settings.port: "),
                        r -> assertThat(r).contains("sing-box"),
                        r -> assertThat(r).startsWith("protocol: "),
                        r -> assertThat(r).contains("Clash"),
                        r -> assertThat(r).contains("neither links nor JSON"),
                        r -> assertThat(r).contains("empty"));
    }

    @Test
    void oneBadServer_doesNotTakeTheOthersAway() {
        ImportPlan plan = plan("socks://192.0.2.1:1080#a\nsocks://bad_host!:1080#b\nsocks://192.0.2.3:1080#c");
        assertThat(plan.entries())
                .extracting(Entry::outcome)
                .containsExactly(Outcome.ADDED, Outcome.REFUSED, Outcome.ADDED);
        good(plan);
    }

    /** What Xray's and v2rayN's files have that our own do not. */
    @Test
    void fileThatBeginsWithAComment_isAConfiguration() {
        ImportPlan plan = plan("""
            // servers
            # of mine /* all */
            /* { */ { "outbounds": [ { "protocol": "socks", "tag": "a", "settings": { "address": "a.example", "port": 1080 } } ] }
            """);
        assertThat(plan.with(Outcome.ADDED)).extracting(Entry::tag).containsExactly("a");
    }

    @Test
    void refusal_namesWhatToWriteInstead() {
        ImportPlan plan = plan("""
            { "protocol": "trojan", "settings": { "address": "a.example", "port": 443, "password": "p" },
              "streamSettings": { "network": "h2" } }
            """);
        assertThat(plan.entries().getFirst().remarks())
                .containsExactly("streamSettings.network: 'h2' was removed from Xray's configuration."
                        + " (use \"grpc\", \"ws\" or \"httpupgrade\")");
    }

    /** The outbound of that tag here may be quite another one. */
    @Test
    void outboundThroughOneThatIsNotImported_isRefused() {
        ImportPlan plan = plan("""
            { "outbounds": [
              { "tag": "a", "protocol": "trojan", "settings": { "address": "10.0.0.1", "port": 443, "password": "p" },
                "streamSettings": { "sockopt": { "dialerProxy": "block" } } },
              { "tag": "direct", "protocol": "socks", "settings": { "address": "10.0.0.2", "port": 1 }, "proxySettings": { "tag": "a" } },
              { "tag": "b", "protocol": "socks", "settings": { "address": "10.0.0.3", "port": 1 }, "proxySettings": { "tag": "direct" } },
              { "tag": "block", "protocol": "freedom", "settings": { "fragment": { "packets": "tlshello" } } } ] }
            """);
        assertThat(plan.entries()).extracting(Entry::outcome).containsOnly(Outcome.REFUSED);
        assertThat(plan.entries())
                .extracting(e -> e.remarks().getFirst())
                .satisfiesExactly(
                        r -> assertThat(r).startsWith("streamSettings.sockopt.dialerProxy: it goes through 'block', "),
                        r -> assertThat(r).startsWith("proxySettings.tag: it goes through 'a', "),
                        r -> assertThat(r).startsWith("proxySettings.tag: it goes through 'direct', "));
        assertThat(plan.text()).isEqualTo(CONFIG);
    }

    @Test
    void outboundThroughOneThatItsConfigurationLacks_isRefused_andOneThatCameAloneMeansOursHere() {
        String server = """
            { "tag": "a", "protocol": "socks", "settings": { "address": "10.0.0.1", "port": 1 }, "proxySettings": { "tag": "direct" } }
            """;
        assertThat(plan("{ \"outbounds\": [ " + server + " ] }")
                        .entries()
                        .getFirst()
                        .outcome())
                .isEqualTo(Outcome.REFUSED);
        assertThat(plan(server).entries().getFirst().outcome()).isEqualTo(Outcome.ADDED);
    }

    /** A subscription of whole configurations: each has its own "hop". */
    @Test
    void sameTagsInSeveralConfigurations_areKeptApart() {
        ImportPlan plan = plan("""
            [ { "outbounds": [
                { "tag": "far", "protocol": "trojan", "settings": { "address": "10.0.0.1", "port": 1, "password": "p" }, "proxySettings": { "tag": "hop" } },
                { "tag": "hop", "protocol": "socks", "settings": { "address": "10.0.0.2", "port": 2 } } ] },
              { "outbounds": [
                { "tag": "far", "protocol": "trojan", "settings": { "address": "10.0.0.3", "port": 3, "password": "p" }, "proxySettings": { "tag": "hop" } },
                { "tag": "hop", "protocol": "socks", "settings": { "address": "10.0.0.4", "port": 4 } } ] } ]
            """);
        assertThat(plan.entries()).extracting(Entry::tag).containsExactly("far", "hop", "far 2", "hop 2");
        assertThat(ImportPlanner.outbound(plan.text(), "far", true).orElseThrow())
                .containsEntry("proxySettings", java.util.Map.of("tag", "hop"));
        assertThat(ImportPlanner.outbound(plan.text(), "far 2", true).orElseThrow())
                .containsEntry("proxySettings", java.util.Map.of("tag", "hop 2"));
    }

    @Test
    void secrets_areCoveredUnlessWanted() throws LinkException {
        ImportPlan plan = plan("socks://alice:secret@192.0.2.1:1080#a");
        assertThat(ShareLinks.print(
                        ImportPlanner.outbound(plan.text(), "a", true).orElseThrow()))
                .isEqualTo("socks://alice:secret@192.0.2.1:1080#a");
        assertThat(ShareLinks.print(
                        ImportPlanner.outbound(plan.text(), "a", false).orElseThrow()))
                .isEqualTo("socks://alice:%28hidden%29@192.0.2.1:1080#a");
        assertThat(ImportPlanner.outbound(plan.text(), "none", true)).isEmpty();
    }

    @Test
    void emptyArrayAndTrailingComma_areTakenAsTheyAre() {
        for (String before : List.of(
                "{\"outbounds\":[]}",
                "{ \"outbounds\" : [ ] // x\n}",
                "{\"outbounds\":[{\"protocol\":\"direct\"},]}")) {
            String after = OutboundsArray.with(before, List.of("{ \"tag\": \"n\", \"protocol\": \"block\" }"));
            assertThat(ConfigReader.read(after, "t").hasErrors()).as(after).isFalse();
        }
    }
}
