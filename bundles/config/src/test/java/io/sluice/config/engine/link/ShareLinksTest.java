package io.sluice.config.engine.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.sluice.config.engine.JsonValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code links.tsv}: a link and the object it stands for, or {@code !} and the field that it is refused by. */
class ShareLinksTest {

    private record Row(int line, String link, String expected) {

        boolean isRefused() {
            return expected.startsWith("! ");
        }

        String field() {
            return expected.substring(2);
        }
    }

    private static List<Row> rows() throws IOException {
        try (var in = ShareLinksTest.class.getResourceAsStream("/links.tsv")) {
            List<Row> rows = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                int tab = line.indexOf('\t');
                rows.add(new Row(rows.size() + 1, line.substring(0, tab), line.substring(tab + 1)));
            }
            return rows;
        }
    }

    @Test
    void table_isLarge() throws IOException {
        assertThat(rows()).hasSizeGreaterThan(300);
        assertThat(rows().stream().filter(Row::isRefused).count()).isGreaterThan(80);
    }

    @TestFactory
    List<DynamicTest> everyLink() throws IOException {
        return rows().stream()
                .map(row -> DynamicTest.dynamicTest(
                        row.line + " " + row.link.substring(0, Math.min(30, row.link.length())), () -> check(row)))
                .toList();
    }

    private static void check(Row row) throws LinkException {
        if (row.isRefused()) {
            try {
                fail("taken as " + ShareLinks.outbound(row.link));
            } catch (LinkException e) {
                assertThat(e.field()).as(e.getMessage()).isEqualTo(row.field());
                assertThat(e.getMessage())
                        .doesNotContain("b831381d")
                        .hasSizeGreaterThan(e.field().length() + 10);
            }
            return;
        }
        Map<String, Object> outbound = ShareLinks.outbound(row.link);
        assertThat(JsonPrinter.compact(outbound)).isEqualTo(row.expected);
        String printed = ShareLinks.print(outbound);
        assertThat(ShareLinks.outbound(printed)).as(printed).isEqualTo(outbound);
        assertThat(ShareLinks.print(ShareLinks.outbound(printed))).isEqualTo(printed);
        assertThat(JsonValues.read(JsonPrinter.pretty(outbound, 4))).isEqualTo(JsonValues.read(row.expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socks5://192.0.2.1:1080:alice:s3cret",
                "socks5://192.0.2.1:1080:alice:s3cret@",
                "http://alice:s3cret",
                "http://alice:s3cret/",
                "trojan://s3cret:443",
                "trojan://s3cret<:443",
                "trojan://s3cret[:443",
                "trojan://192.0.2.1:443:s3cret",
                "trojan://s3cret",
                "vless://s3cret?type=ws",
                "vless://s3cret",
                "ss://aes-256-gcm:s3cret",
                "ss://aes-256-gcm:s3cret%zz@192.0.2.1:1",
                "ss://aes-256-gcm:s3cret@:1",
                "vmess://s3cret@192.0.2.1:x",
                "socks://alice:s3cret@192.0.2.1:1080/path"
            })
    void wrongLink_tellsNoSecret(String link) {
        assertThatThrownBy(() -> ShareLinks.outbound(link))
                .isInstanceOf(LinkException.class)
                .message()
                .doesNotContain("s3cret");
    }

    @Test
    void zoneOfAnAddress_isPrintedAsItWasRead() throws LinkException {
        Map<String, Object> outbound = ShareLinks.outbound("socks://[fe80::1%25eth0]:1080#a");
        assertThat(ShareLinks.print(outbound)).isEqualTo("socks://[fe80::1%25eth0]:1080#a");
        assertThat(ShareLinks.outbound(ShareLinks.print(outbound))).isEqualTo(outbound);
    }

    @Test
    void listShape_printsTheSameLink() throws LinkException {
        Map<String, Object> listed = object("""
            { "protocol": "vless", "tag": "a", "settings": { "vnext": [ { "address": "a.example", "port": 443,
              "users": [ { "id": "b831381d-6324-4d53-ad4f-8cda48b30811", "encryption": "none" } ] } ] },
              "streamSettings": { "network": "tcp", "security": "tls", "tlsSettings": { "serverName": "s.example" } } }
            """);
        assertThat(ShareLinks.print(listed))
                .isEqualTo("vless://b831381d-6324-4d53-ad4f-8cda48b30811@a.example:443"
                        + "?encryption=none&type=tcp&security=tls&sni=s.example#a");
    }

    /** The configuration takes them so, as Xray does: a link must not lose what TLS is to check. */
    @Test
    void wordsInAnyCase_arePrintedInSmallLetters_andNothingIsLost() throws LinkException {
        assertThat(ShareLinks.print(object("""
            { "protocol": "trojan", "tag": "a", "settings": { "address": "a.example", "port": 443, "password": "x" },
              "streamSettings": { "network": "WS", "security": "TLS", "wsSettings": { "path": "/p" },
                "tlsSettings": { "serverName": "s.example" } } }
            """)))
                .isEqualTo("trojan://x@a.example:443?type=ws&path=%2Fp&sni=s.example#a");
        assertThat(ShareLinks.print(object("""
            { "protocol": "http", "tag": "a", "settings": { "address": "a.example", "port": 443 },
              "streamSettings": { "network": "RAW", "security": "Tls" } }
            """))).isEqualTo("https://a.example:443#a");
    }

    @Test
    void whatNoLinkCanSay_isRefused() {
        Map<String, String> cases = new HashMap<>();
        cases.put("{ 'protocol': 'wireguard' }", "protocol");
        cases.put("{ 'protocol': 'vless', 'proxySettings': { 'tag': 'b' } }", "proxySettings");
        cases.put(
                "{ 'protocol': 'trojan', 'settings': { 'address': 'a', 'port': 1, 'password': 'x' },"
                        + " 'streamSettings': { 'network': 'ws', 'wsSettings': { 'headers': { 'X-A': 'b' } } } }",
                "headers");
        cases.put(
                "{ 'protocol': 'shadowsocks', 'settings': { 'address': 'a', 'port': 1, 'method': 'aes-128-gcm',"
                        + " 'password': 'x' }, 'streamSettings': { 'network': 'ws' } }",
                "streamSettings");
        cases.put(
                "{ 'protocol': 'socks', 'settings': { 'servers': [ { 'address': 'a', 'port': 1 }, { 'address': 'b',"
                        + " 'port': 1 } ] } }",
                "servers");
        cases.forEach((json, field) -> {
            try {
                fail(ShareLinks.print(object(json.replace('\'', '"'))));
            } catch (LinkException e) {
                assertThat(e.field()).isEqualTo(field);
            }
        });
    }

    private static Map<String, Object> object(String json) {
        return Tree.of(JsonValues.read(json)).map();
    }

    @Test
    void tags_areUniqueAndGood() {
        Tags tags = new Tags(Set.of("a"));
        assertThat(tags.next("a", "x")).isEqualTo("a 2");
        assertThat(tags.next("a", "x")).isEqualTo("a 3");
        assertThat(tags.next("", "vless-a")).isEqualTo("vless-a");
        assertThat(tags.next("!! b/c*~\\d\n", "x")).isEqualTo("b-c---d-");
        assertThat(tags.next("!!!", "y")).isEqualTo("y");
        String crowd = "\uD83D\uDE00".repeat(40);
        assertThat(tags.next(crowd, "x")).isEqualTo("\uD83D\uDE00".repeat(32));
        assertThat(tags.next(crowd, "x")).isEqualTo("\uD83D\uDE00".repeat(31) + " 2");
    }
}
