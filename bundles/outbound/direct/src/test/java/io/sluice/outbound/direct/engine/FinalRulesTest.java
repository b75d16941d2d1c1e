package io.sluice.outbound.direct.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FinalRulesTest {

    private static final InetSocketAddress HERE = at("127.0.0.1", 4_000);
    private static final List<InetAddress> OWN = List.of(
            InetAddress.ofLiteral("192.168.1.254"),
            InetAddress.ofLiteral("8.8.4.4"),
            InetAddress.ofLiteral("2001:4860::44"));
    private static final InetSocketAddress ELSEWHERE = at("192.168.1.7", 4_000);

    @ParameterizedTest
    @CsvSource({
        // address, a key's, another host's, this host's
        "127.0.0.1, false, false, true",
        "127.255.255.254, false, false, true",
        "0.0.0.0, false, false, true",
        "::1, false, false, true",
        "::, false, false, true",
        "169.254.169.254, false, false, true",
        "fe80::1, false, false, true",
        "192.168.1.1, false, true, true",
        "10.0.0.1, false, true, true",
        "fd00::1, false, true, true",
        "224.0.0.251, false, false, true",
        "239.255.255.250, false, false, true",
        "ff05::2, false, false, true",
        "255.255.255.255, false, false, true",
        "ff02::fb, false, false, true",
        "9.9.9.9, true, true, true",
        "2620:fe::fe, true, true, true"
    })
    void withoutRules(String address, boolean key, boolean elsewhere, boolean here) {
        InetSocketAddress to = at(address, 80);
        for (Network network : List.of(Network.TCP, Network.UDP)) {
            assertThat(allow(FinalRules.NONE, keyed(network), to)).isEqualTo(key);
            assertThat(allow(FinalRules.NONE, plain(network, ELSEWHERE), to)).isEqualTo(elsewhere);
            assertThat(allow(FinalRules.NONE, plain(network, HERE), to)).isEqualTo(here);
            assertThat(allow(FinalRules.NONE, FlowSource.ofPackets(network, "tun", ELSEWHERE, to), to))
                    .as("packets that came here on their way there")
                    .isTrue();
        }
    }

    @Test
    void firstThatMatches_decides() {
        FinalRules rules = FinalRules.parse(List.of(
                "block network=tcp port=22,25-26",
                "allow network=udp ip=127.0.0.0/8",
                "allow port=8000-8100 ip=10.0.0.0/8,fd00::/8",
                "block ip=9.9.9.0/24"));
        assertThat(allow(rules, plain(Network.TCP, HERE), at("127.0.0.1", 22))).isFalse();
        assertThat(allow(rules, plain(Network.TCP, HERE), at("127.0.0.1", 24))).isTrue();
        assertThat(allow(rules, plain(Network.TCP, HERE), at("8.8.8.8", 26))).isFalse();
        assertThat(allow(rules, plain(Network.UDP, HERE), at("8.8.8.8", 26))).isTrue();
        assertThat(allow(rules, keyed(Network.UDP), at("127.0.0.1", 53))).isTrue();
        assertThat(allow(rules, keyed(Network.TCP), at("127.0.0.1", 53))).isFalse();
        assertThat(allow(rules, keyed(Network.TCP), at("10.1.2.3", 8_000))).isTrue();
        assertThat(allow(rules, keyed(Network.TCP), at("fd00::7", 8_100))).isTrue();
        assertThat(allow(rules, keyed(Network.TCP), at("10.1.2.3", 7_999))).isFalse();
        assertThat(allow(rules, plain(Network.TCP, HERE), at("9.9.9.9", 443))).isFalse();
    }

    @Test
    void refusal_saysWhatDecided() {
        FinalRules rules = FinalRules.parse(List.of("block port=25"));
        assertThat(refusal(rules, plain(Network.TCP, HERE), at("8.8.8.8", 25)))
                .contains("the outbound's finalRules block 8.8.8.8 port 25");
        assertThat(refusal(rules, keyed(Network.TCP), at("10.0.0.1", 80)))
                .contains(
                        "who comes with a key reaches no private address and none of this host, so not 10.0.0.1 port 80;"
                                + " finalRules of a freedom outbound can allow it");
        assertThat(refusal(rules, plain(Network.TCP, ELSEWHERE), at("127.0.0.1", 80)))
                .contains(
                        "a client of another host reaches no address of this host or of its links alone, so not 127.0.0.1"
                                + " port 80; finalRules of a freedom outbound can allow it");
        assertThat(refusal(rules, plain(Network.TCP, HERE), at("127.0.0.1", 80)))
                .isEmpty();
    }

    @Test
    void ownAddresses() {
        FinalRules allowing = FinalRules.parse(List.of("allow port=80"));
        for (InetAddress address : OWN) {
            InetSocketAddress to = new InetSocketAddress(address, 80);
            assertThat(allow(FinalRules.NONE, plain(Network.TCP, ELSEWHERE), to))
                    .isFalse();
            assertThat(allow(FinalRules.NONE, keyed(Network.TCP), to)).isFalse();
            assertThat(allow(FinalRules.NONE, plain(Network.TCP, HERE), to)).isTrue();
            assertThat(allow(allowing, plain(Network.TCP, ELSEWHERE), to)).isTrue();
        }
    }

    @Test
    void everythingAllowed() {
        FinalRules rules = FinalRules.parse(List.of("allow"));
        assertThat(allow(rules, keyed(Network.TCP), at("127.0.0.1", 9_080))).isTrue();
        assertThat(allow(rules, plain(Network.UDP, ELSEWHERE), at("::1", 9_080)))
                .isTrue();
    }

    /** A flow that an outbound handed back is still its client's. */
    @Test
    void turn_keepsTheKey() {
        FlowSource turned = keyed(Network.TCP).turned(Network.TCP, "again", at("127.0.0.1", 80));
        assertThat(allow(FinalRules.NONE, turned, at("127.0.0.1", 80))).isFalse();
        assertThat(allow(FinalRules.NONE, turned.to(at("10.0.0.1", 1)), at("10.0.0.1", 1)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "deny",
                "allow network=sctp",
                "allow network=",
                "allow network",
                "block port=65536",
                "block port=2-1",
                "block port=x",
                "block port=1,,2",
                "block ip=10.0.0.0/33",
                "block ip=localhost",
                "block ip=10.0.0.1,",
                "block host=a"
            })
    void nonsense_isRefusedByName(String line) {
        assertThatThrownBy(() -> FinalRules.parse(List.of("allow", line)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the final rule '" + line + "' cannot be used: ");
    }

    private static boolean allow(FinalRules rules, FlowSource source, InetSocketAddress to) {
        return rules.allow(source, to, OWN::contains);
    }

    private static Optional<String> refusal(FinalRules rules, FlowSource source, InetSocketAddress to) {
        return rules.refusal(source, to, OWN::contains);
    }

    private static FlowSource keyed(Network network) {
        return FlowSource.keyed(network, "in", HERE, at("203.0.113.1", 1), Optional.of("alice"));
    }

    private static FlowSource plain(Network network, InetSocketAddress client) {
        return new FlowSource(network, "in", client, at("203.0.113.1", 1), Optional.empty());
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }
}
