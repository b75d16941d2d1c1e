package io.sluice.nftables.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.net.IpPrefix;
import io.sluice.testkit.netns.NetworkNamespace;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against a real kernel: what {@code nft} lists before, with and after our table. */
@Tag("netns")
class NftTable_NetnsTest {

    private static final String FOREIGN =
            "add table ip somebody; add chain ip somebody c; add rule ip somebody c accept";

    private NetworkNamespace namespace;
    private final NftTable table = new NftTable(new Nft(), "sluice_try", "io.sluice.test");

    @BeforeEach
    void host() {
        NetworkNamespace.unavailable()
                .or(() -> new Nft().isInstalled() ? java.util.Optional.empty() : java.util.Optional.of("no nft"))
                .ifPresent(reason -> {
                    System.out.println("skipped: " + reason);
                    Assumptions.abort(reason);
                });
        namespace = NetworkNamespace.create();
        namespace.exec("nft", FOREIGN);
    }

    @AfterEach
    void remove() {
        if (namespace != null) {
            namespace.close();
        }
    }

    private String ruleset() {
        return namespace.exec("nft", "list", "ruleset");
    }

    private void set(NftRule... rules) throws Exception {
        namespace.call(() -> {
            table.set(List.of(new NftChain("out", "nat", "output", -105, List.of(rules))));
            return null;
        });
    }

    @Test
    void set_everyExpression_asItsToolPrintsIt() throws Exception {
        String before = ruleset();
        namespace.call(() -> {
            table.set(List.of(
                    new NftChain(
                            "forwarded",
                            "nat",
                            "prerouting",
                            -105,
                            List.of(
                                    NftRule.always().marked(0x536c).goOn(),
                                    NftRule.always()
                                            .tcp()
                                            .notArrivedBy("tun\"0")
                                            .routedBy("tun\"0")
                                            .redirect(9),
                                    NftRule.always().tcp().toOneOfOurs().goOn(),
                                    NftRule.always()
                                            .to(
                                                    false,
                                                    List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("192.0.2.1")))
                                            .goOn(),
                                    NftRule.always()
                                            .tcp()
                                            .to(true, List.of(IpPrefix.parse("::/0")))
                                            .redirect(9))),
                    new NftChain(
                            "local",
                            "nat",
                            "output",
                            -105,
                            List.of(NftRule.always().tcp().leavingBy("tun0").redirect(9))),
                    new NftChain(
                            "door",
                            "filter",
                            "input",
                            -5,
                            List.of(NftRule.always().tcpTo(9).notRedirected().refuse()))));
            return null;
        });
        assertThat(ruleset().replace(before, "").replace(" comment \"io.sluice.test\"", ""))
                .isEqualTo("""
                table inet sluice_try {
                	chain forwarded {
                		type nat hook prerouting priority dstnat - 5; policy accept;
                		meta mark 0x0000536c return
                		meta l4proto tcp iifname != "tun\"0" fib daddr . mark oifname "tun\"0" redirect to :9
                		meta l4proto tcp fib daddr type { local, broadcast, multicast } return
                		ip daddr { 10.0.0.0/8, 192.0.2.1 } return
                		meta l4proto tcp meta nfproto ipv6 redirect to :9
                	}

                	chain local {
                		type nat hook output priority -105; policy accept;
                		meta l4proto tcp oifname "tun0" redirect to :9
                	}

                	chain door {
                		type filter hook input priority filter - 5; policy accept;
                		tcp dport 9 ct status ! dnat reject with tcp reset
                	}
                }
                """);
        assertThat(namespace.call(table::remove)).isTrue();
        assertThat(ruleset()).isEqualTo(before);
        assertThat(namespace.call(table::remove)).isFalse();
    }

    @Test
    void set_again_replacesTheWholeTable() throws Exception {
        set(NftRule.always().tcp().redirect(1), NftRule.always().tcp().redirect(2));
        set(NftRule.always().tcp().redirect(3));
        assertThat(ruleset()).contains("redirect to :3").doesNotContain("redirect to :1", "redirect to :2");
    }

    @Test
    void set_oneRuleIsRefused_theOldTableStaysWhole() throws Exception {
        set(NftRule.always().tcp().redirect(1));
        String before = ruleset();
        assertThatThrownBy(() -> set(
                        NftRule.always().tcp().redirect(2),
                        NftRule.always().tcp().redirect(99_999)))
                .isInstanceOfSatisfying(
                        NftException.class, e -> assertThat(e.code()).isEqualTo(NftException.Code.NFT_REFUSED))
                .hasMessageContaining("could not set the table inet sluice_try");
        assertThat(ruleset()).isEqualTo(before);
    }

    @Test
    void tableOfOurNameIsSomebodyElses_leftAlone() throws Exception {
        namespace.exec(
                "nft", "add table inet sluice_try; add chain inet sluice_try c; add rule inet sluice_try c accept");
        String before = ruleset();
        assertThatThrownBy(() -> set(NftRule.always().tcp().redirect(1)))
                .isInstanceOfSatisfying(
                        NftException.class, e -> assertThat(e.code()).isEqualTo(NftException.Code.NFT_FOREIGN));
        assertThatThrownBy(() -> namespace.call(table::remove)).isInstanceOf(NftException.class);
        assertThat(ruleset()).isEqualTo(before);
    }

    @Test
    void programIsMissing_saysWhatToInstall() {
        NftTable without = new NftTable(new Nft(List.of(Path.of("/nonexistent"))), "sluice_try", "io.sluice.test");
        assertThatThrownBy(without::remove).hasMessageContaining("install the package nftables");
    }
}
