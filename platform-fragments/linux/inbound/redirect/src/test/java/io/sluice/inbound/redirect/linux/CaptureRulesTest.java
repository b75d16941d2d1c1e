package io.sluice.inbound.redirect.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.inbound.redirect.spi.Capture;
import io.sluice.nftables.linux.NftChain;
import io.sluice.nftables.linux.NftRule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CaptureRulesTest {

    private static List<IpPrefix> prefixes(String... texts) {
        return List.of(texts).stream().map(IpPrefix::parse).toList();
    }

    @Test
    void disjoint_onlyTheWidestOfOneFamilyStay() {
        assertThat(CaptureRules.disjoint(
                        prefixes("10.1.0.0/16", "10.0.0.0/8", "192.0.2.7", "10.0.0.0/8", "2001:db8::/32"), false))
                .containsExactlyElementsOf(prefixes("10.0.0.0/8", "192.0.2.7"));
        assertThat(CaptureRules.disjoint(prefixes("::/0", "2001:db8::/32", "0.0.0.0/0"), true))
                .containsExactlyElementsOf(prefixes("::/0"));
    }

    @Test
    void of_eachCaptureHasChainsOfItsOwn() {
        Capture tunnel = new Capture(1, 7, Optional.of("tun0"), List.of(), List.of(), true, true);
        Capture lan = new Capture(2, 7, Optional.empty(), prefixes("0.0.0.0/0"), List.of(), false, true);
        assertThat(CaptureRules.of(List.of(tunnel, lan)))
                .extracting(NftChain::name)
                .containsExactly("local0", "forwarded0", "door0", "forwarded1", "door1");
    }

    /** Who tries the tunnel's addresses from outside is not answered in their name. */
    @Test
    void of_whatTheRoutesSendIntoADevice_isNotRedirectedWhereItGoesToItsOwnNetworks() {
        Capture tunnel = new Capture(
                1, 7, Optional.of("tun0"), List.of(), prefixes("172.19.0.1/30", "fdfe:dcba:9876::1/126"), true, true);
        List<NftRule> excepted = List.of(
                NftRule.always().marked(7).goOn(),
                NftRule.always().tcp().to(false, prefixes("172.19.0.0/30")).goOn(),
                NftRule.always()
                        .tcp()
                        .to(true, prefixes("fdfe:dcba:9876::/126"))
                        .goOn());
        for (NftChain chain : CaptureRules.of(List.of(tunnel)).subList(0, 2)) {
            assertThat(chain.rules()).as(chain.name()).hasSize(4);
            assertThat(chain.rules().subList(0, 3))
                    .as(chain.name())
                    .usingRecursiveFieldByFieldElementComparator()
                    .isEqualTo(excepted);
        }
    }

    /** As a kernel 6.18 gave them. */
    @Test
    void destination_isReadFromBothKindsOfAddress() throws Exception {
        assertThat(OriginalDestination.read(bytes("02000050c63364070000000000000000"), false))
                .isEqualTo(new InetSocketAddress(InetAddress.getByName("198.51.100.7"), 80));
        assertThat(OriginalDestination.read(bytes("0a0000510000000020010db800000000000000000000000700000000"), true))
                .isEqualTo(new InetSocketAddress(InetAddress.getByName("2001:db8::7"), 81));
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }
}
