package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.netns.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The instruments with the two references, which need nothing of ours and no peer. */
@Tag("netns")
class Harness_NetnsTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void rights() {
        NetworkNamespace.unavailable().ifPresent(Harness_NetnsTest::skip);
        for (String program : List.of("iperf3", "nft", "ethtool")) {
            Programs.missing("SLUICE_TEST_NO_SUCH_VARIABLE", program).ifPresent(Harness_NetnsTest::skip);
        }
    }

    private static void skip(String reason) {
        System.out.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "splice"})
    void references_carryEverything(String name) throws Exception {
        Kinds.named(name).missing().ifPresent(Harness_NetnsTest::skip);
        try (Site site = new Site()) {
            Path log = folder.resolve("echo");
            Process echo =
                    site.srv.start(log, JavaChild.command(EchoServer.class).toArray(String[]::new));
            Await.until(
                    "the echo server", echo, log, () -> Files.readString(log).contains("ready"));
            try (Gateway gateway = Kinds.named(name).start(site, folder, Map.of("outbound", "direct"))) {
                for (NetworkNamespace from : List.of(site.app, site.lan)) {
                    // The gateway has started; its first answer may be later than the instrument waits.
                    Await.until("an answer", echo, log, () -> Sessions.answers(from));
                }
                for (String way : List.of("up", "down")) {
                    Usage.Of<Iperf.Result> run =
                            Usage.measure(gateway, () -> Throughput.transfer(site, site.app, 1, 2, way));
                    assertThat(run.result().gigabits()).as(way).isPositive();
                    assertThat(run.usage().machineSeconds()).as(way).isPositive();
                    assertThat(run.usage().gatewaySeconds() > 0).as(way).isEqualTo(name.equals("splice"));
                }
                assertThat(Sessions.connects(site.app, 50).p50Micros()).isLessThan(1e6);
                assertThat(Sessions.pingPong(site.app, 50).p50Micros()).isLessThan(1e6);
                assertThat(Sessions.udpRoundTrips(site.app, 50).p50Micros()).isLessThan(1e6);
                assertThat(ConnectionRate.measure(site.app, 8, 1)).isGreaterThan(10);
                try (IdleClients idle = IdleClients.open(site.app, 100)) {
                    assertThat(idle.opened()).isEqualTo(100);
                    assertThat(idle.alive(20)).isEqualTo(20);
                }
                assertThat(gateway.isAlive()).isTrue();
            }
        }
    }

    @Test
    void lossyLan_losesAndHeals() {
        try (Site site = new Site()) {
            site.losing(100);
            assertThat(site.lan.exec("sh", "-c", "ping -c 1 -W 1 198.18.1.1 || true"))
                    .contains("100% packet loss");
            site.losing(0);
            assertThat(site.lan.exec("ping", "-c", "1", "-W", "10", "198.18.1.1"))
                    .contains(" 0% packet loss");
        }
    }

    @Test
    void missingPeer_saysWhatToDo() {
        assertThat(Programs.missing("SLUICE_TEST_NO_SUCH_VARIABLE", "no-such-peer"))
                .isEqualTo(Optional.of(
                        "set SLUICE_TEST_NO_SUCH_VARIABLE to the program, or put 'no-such-peer' on the PATH"));
    }
}
