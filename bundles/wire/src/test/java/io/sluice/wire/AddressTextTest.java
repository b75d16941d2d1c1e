package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTextTest {

    @ParameterizedTest
    @CsvSource({
        // RFC 5952 §1, §2 and §4
        "2001:db8:0:0:1:0:0:1,                   2001:db8::1:0:0:1",
        "2001:0db8:0:0:1:0:0:1,                  2001:db8::1:0:0:1",
        "2001:db8::0:1:0:0:1,                    2001:db8::1:0:0:1",
        "2001:DB8:0:0:1::1,                      2001:db8::1:0:0:1",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
        "2001:db8:0:1:1:1:1:1,                   2001:db8:0:1:1:1:1:1",
        "2001:db8::1:1:1:1:1,                    2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1,                     2001:0:0:1::1",
        "2001:db8:0:0:0:0:2:1,                   2001:db8::2:1",
        "::ffff:192.0.2.1,                       ::ffff:192.0.2.1",
        "::FFFF:C000:0201,                       ::ffff:192.0.2.1",
        "64:ff9b::192.0.2.33,                    64:ff9b::c000:221",
        "::,                                     ::",
        "::1,                                    ::1",
        "1::,                                    1::",
        "0:0:0:0:0:0:0:0,                        ::",
        "1:2:3:4:5:6:7::,                        1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8,                        0:2:3:4:5:6:7:8",
        "192.0.2.255,                            192.0.2.255",
        "0.0.0.0,                                0.0.0.0",
    })
    void parse_anyForm_writesTheCanonicalOne(String text, String canonical) {
        assertThat(IpAddress.parse(text)).hasToString(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "1234.1.1.1",
                "01.2.3.4",
                "1.2.3.",
                "1.2.3.4 ",
                "localhost",
                ":",
                ":1",
                "1:",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "12345::",
                "g::",
                "::1%eth0",
                "[::1]",
                "::1/64",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1.2.3",
                "::1.2.3.4:5",
            })
    void parse_notAnAddress_saysWhatAndWhere(String text) {
        assertThatThrownBy(() -> IpAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining("at character");
    }

    @Property
    void parse_ofText_isIdentity(@ForAll long high, @ForAll long low) {
        assertThat(AddressText.parse6(AddressText.text6(high, low))).isEqualTo(new Ip6Address(high, low));
        assertThat(AddressText.parse4(AddressText.text4((int) low))).isEqualTo((int) low);
    }

    /** Addresses with many zero groups, which random numbers hardly ever have. */
    @Property
    void parse_ofSparseText_isIdentityAndAgreesWithTheJdk(@ForAll byte groups, @ForAll short value)
            throws UnknownHostException {
        long high = 0;
        long low = 0;
        for (int group = 0; group < 4; group++) {
            high = high << 16 | ((groups >>> group & 1) == 0 ? 0 : value & 0xffff);
            low = low << 16 | ((groups >>> (group + 4) & 1) == 0 ? 0 : value & 0xffff);
        }
        Ip6Address address = new Ip6Address(high, low);
        assertThat(AddressText.parse6(address.toString())).isEqualTo(address);
        if (!Ip6Address.isV4Mapped(high, low)) { // the JDK turns these into an Inet4Address
            assertThat(InetAddress.getByName(address.toString())).isEqualTo(address.toInetAddress());
            assertThat(IpAddress.of(address.toInetAddress())).isEqualTo(address);
        }
    }

    @Property
    void parse_randomText_parsesOrRefuses(
            @ForAll @StringLength(max = 42) @CharRange(from = '.', to = ':') String text) {
        try {
            IpAddress address = IpAddress.parse(text);
            assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("not an IP address");
        }
    }

    @Example
    void predicates_knowTheirPrefixes() {
        assertThat(Ip4Address.isMulticast(AddressText.parse4("239.255.255.255")))
                .isTrue();
        assertThat(Ip4Address.isMulticast(AddressText.parse4("240.0.0.0"))).isFalse();
        assertThat(Ip4Address.isPrivate(AddressText.parse4("172.31.255.255"))).isTrue();
        assertThat(Ip4Address.isPrivate(AddressText.parse4("172.32.0.0"))).isFalse();
        assertThat(Ip4Address.isPrivate(AddressText.parse4("192.168.1.1"))).isTrue();
        assertThat(Ip4Address.isPrivate(AddressText.parse4("10.0.0.1"))).isTrue();
        assertThat(Ip4Address.isLinkLocal(AddressText.parse4("169.254.1.1"))).isTrue();
        assertThat(Ip4Address.isLoopback(AddressText.parse4("127.255.0.1"))).isTrue();
        assertThat(Ip4Address.isUnspecified(0)).isTrue();
        assertThat(Ip4Address.isUnicast(AddressText.parse4("0.0.0.1"))).isFalse();
        assertThat(Ip4Address.isUnicast(AddressText.parse4("223.255.255.255"))).isTrue();

        assertThat(Ip6Address.isMulticast(AddressText.parse6("ff02::1").high())).isTrue();
        assertThat(Ip6Address.isLinkLocal(AddressText.parse6("febf::1").high())).isTrue();
        assertThat(Ip6Address.isLinkLocal(AddressText.parse6("fec0::1").high())).isFalse();
        assertThat(Ip6Address.isUniqueLocal(AddressText.parse6("fd07::1").high()))
                .isTrue();
        assertThat(Ip6Address.isUniqueLocal(AddressText.parse6("fe00::1").high()))
                .isFalse();
        assertThat(Ip6Address.isLoopback(0, 1)).isTrue();
        assertThat(Ip6Address.isUnspecified(0, 0)).isTrue();
        assertThat(new Ip6Address(0, Ip6Address.mappedLow(-1))).hasToString("::ffff:255.255.255.255");
        assertThat(IpAddress.parse("192.0.2.1").version()).isEqualTo(4);
        assertThat(IpAddress.parse("::").version()).isEqualTo(6);
    }
}
