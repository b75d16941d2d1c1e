package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sluice tun2socks} for real: curl → TUN device → microsocks → server. */
@NeedsNamespaces
class Tun2socksTest {

    private static final String SECRET = "Planted-7d1c-Secret";

    @ParameterizedTest
    @ValueSource(strings = {"user", "system"})
    void carriesTrafficAndLeavesNothing(String stack, @TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/microsocks")), "microsocks is not installed (package microsocks)");
        try (Site site = new Site()) {
            HostState before = HostState.of(site.box());
            site.server()
                    .start(
                            folder.resolve("microsocks.out"),
                            "microsocks",
                            "-i",
                            Site.GATEWAY,
                            "-p",
                            "1080",
                            "-u",
                            "demo",
                            "-P",
                            SECRET);
            Path output = folder.resolve("tun2socks.out");
            Path temporary = Files.createDirectory(folder.resolve("tmp"));
            Process process = Command.start(
                    Map.of(
                            "JAVA_HOME", System.getProperty("java.home"),
                            "TMPDIR", temporary.toString(),
                            "SLUICE_PROXY_PASSWORD", SECRET),
                    output,
                    List.of(
                            "ip",
                            "netns",
                            "exec",
                            site.box().name(),
                            BlackBox.program(),
                            "tun2socks",
                            "--debug",
                            "--stack",
                            stack,
                            "--congestion-control",
                            "bbr",
                            "--queues",
                            "2",
                            "-i",
                            "10.9.0.1",
                            "-m",
                            "1400",
                            "-x",
                            "demo@" + Site.GATEWAY + ":1080",
                            "--device",
                            "tun7",
                            "--route",
                            "203.0.113.0/24"));
            try {
                Await.until("the route into tun7", () -> {
                    assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
                    return HostState.of(site.box()).text().contains("203.0.113.0/24 dev tun7");
                });
                assertThat(site.box().exec("ip", "addr", "show", "dev", "tun7")).contains("10.9.0.1/24", "mtu 1400");
                Answer curl = Command.run(
                        Map.of(),
                        List.of(
                                "ip",
                                "netns",
                                "exec",
                                site.box().name(),
                                "curl",
                                "-sS",
                                "--max-time",
                                "60",
                                "http://" + Site.SERVER + "/"));
                assertThat(curl.out())
                        .as("%s%s", curl.all(), Files.readString(output))
                        .isEqualTo(Site.GREETING);
                assertThat(Secrets.inProcessList(SECRET, "microsocks")).isEmpty();
                assertThat(Secrets.heldPrivately(temporary, SECRET)).isPositive();
            } finally {
                process.destroy();
            }
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as("128 + SIGTERM").isEqualTo(143);
            try (Stream<Path> left = Files.list(temporary)) {
                assertThat(left.filter(file -> file.getFileName().toString().startsWith("sluice-tun2socks")))
                        .isEmpty();
            }
            assertThat(Files.readString(output)).doesNotContain(SECRET);
            assertThat(HostState.of(site.box())).isEqualTo(before);
        }
    }
}
