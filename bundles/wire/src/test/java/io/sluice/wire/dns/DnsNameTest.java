package io.sluice.wire.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.wire.IpAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsNameTest {

    @ParameterizedTest
    @CsvSource({
        "www.sluice.example,  www.sluice.example, 3, 20",
        "www.sluice.example., www.sluice.example, 3, 20",
        "WWW.Example,         WWW.Example,        2, 13",
        ".,                   .,                  0, 1",
        "a,                   a,                  1, 3",
        "a\\.b.c,             a\\.b.c,            2, 7",
        "a\\\\.c,             a\\\\.c,            2, 6",
        "a\\000\\032.c,       a\\000\\032.c,      2, 7",
        "\\097.c,             a.c,                2, 5",
        "\\a.c,               a.c,                2, 5",
    })
    void parse_anyForm_writesTheCanonicalOne(String text, String canonical, int labels, int length) {
        DnsName name = DnsName.parse(text);
        assertThat(name).hasToString(canonical);
        assertThat(name.labels()).isEqualTo(labels);
        assertThat(name.length()).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({
        "'',          has an empty label",
        "a..b,        has an empty label",
        ".a,          has an empty label",
        "..,          has an empty label",
        "bücher.de,   is not ASCII",
        "a\\,         ends with a backslash",
        "a\\01,       less than three digits",
        "a\\0x1,      less than three digits",
        "a\\256,      above 255",
        "a\\ü,        is not ASCII",
    })
    void parse_notAName_saysWhy(String text, String problem) {
        assertThatThrownBy(() -> DnsName.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\" ")
                .hasMessageContaining(problem);
    }

    @Test
    void parse_longestLabelAndName_areAcceptedAndNoMore() {
        String label = "x".repeat(63);
        assertThat(DnsName.parse(label).length()).isEqualTo(65);
        assertThatThrownBy(() -> DnsName.parse(label + "x")).hasMessageContaining("more than 63");

        String longest = label + "." + label + "." + label + "." + "x".repeat(61);
        assertThat(DnsName.parse(longest).length()).isEqualTo(255);
        assertThat(DnsName.parse(longest + ".").length()).isEqualTo(255);
        assertThatThrownBy(() -> DnsName.parse(longest + "x")).hasMessageContaining("longer than 255");
        assertThatThrownBy(() -> DnsName.parse("x.".repeat(128))).hasMessageContaining("longer than 255");
        assertThat(DnsName.parse("x.".repeat(127)).labels()).isEqualTo(127);
    }

    @Test
    void equals_ignoresTheCaseOfLettersOnly() {
        assertThat(DnsName.parse("WWW.Example"))
                .isEqualTo(DnsName.parse("www.eXAMPLE"))
                .hasSameHashCodeAs(DnsName.parse("www.example"))
                .isNotEqualTo(DnsName.parse("www.example.org"))
                .isNotEqualTo(DnsName.parse("www-example"));
        assertThat(DnsName.parse("[")).isNotEqualTo(DnsName.parse("{")); // 0x5b and 0x7b
        assertThat(DnsName.parse("a\\.b")).isNotEqualTo(DnsName.parse("a.b"));
    }

    @Test
    void isWithin_comparesWholeLabels() {
        DnsName www = DnsName.parse("www.Example.com");
        assertThat(www.isWithin(DnsName.parse("example.COM"))).isTrue();
        assertThat(www.isWithin(www)).isTrue();
        assertThat(www.isWithin(DnsName.ROOT)).isTrue();
        assertThat(www.isWithin(DnsName.parse("ample.com"))).isFalse();
        assertThat(www.isWithin(DnsName.parse("a.www.example.com"))).isFalse();
        assertThat(DnsName.ROOT.isWithin(www)).isFalse();
    }

    @Test
    void parent_dropsTheFirstLabel() {
        assertThat(DnsName.parse("www.example").parent()).isEqualTo(DnsName.parse("example"));
        assertThat(DnsName.parse("example").parent()).isSameAs(DnsName.ROOT);
        assertThatThrownBy(DnsName.ROOT::parent).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.80,              80.2.0.192.in-addr.arpa",
        // RFC 3596 §2.5
        "4321:0:1:2:3:4:567:89ab, b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa",
    })
    void reverseOf_address_isTheRfcs(String address, String name) {
        assertThat(DnsName.reverseOf(IpAddress.parse(address))).hasToString(name);
    }

    @Property
    void parse_ofText_isIdentity(@ForAll @Size(min = 1, max = 63) byte[] label) {
        byte[] octets = new byte[label.length + 4];
        octets[0] = (byte) label.length;
        System.arraycopy(label, 0, octets, 1, label.length);
        octets[label.length + 1] = 1;
        octets[label.length + 2] = 'z';
        DnsName name = DnsName.of(octets, octets.length);
        assertThat(DnsName.parse(name.toString())).isEqualTo(name);
        assertThat(name.toString()).matches("[!-~]+");
    }
}
