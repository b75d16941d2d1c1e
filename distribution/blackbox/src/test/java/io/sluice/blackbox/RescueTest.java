package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * F17 and F19: a bundle kills the process at each start, and somebody starts it again each time, as a service manager does. After five there is rescue mode,
 * the kernel's rules were there all the time, and what is put right works after a stop and a start.
 */
@NeedsNamespaces
class RescueTest {

    /** Behind the kill switch's (10): it takes up the rules of before each time. */
    private static final int START_ORDER = 12;

    /** The unit's RestartSec. */
    private static final Duration RESTART = Duration.ofSeconds(1);

    private static final String WHY =
            "5 starts in a row have failed, the last one while lab.trouble 1.0.0 was being started";

    /** As nft tells it. */
    private static final String GONE = "delete table inet sluice_killswitch";

    private final List<Integer> exits = new ArrayList<>();

    @Test
    void fiveStartsFail_isInRescueMode_andOutOfItWhenPutRight(@TempDir Path folder) throws Exception {
        Path home = OtherInstallation.in(folder.resolve("home"), START_ORDER);
        try (Site site = new Site();
                BlackBox box = new BlackBox(site.box(), Files.createDirectory(folder.resolve("box")))
                        .installed(home)
                        .configured(Configs.direct())) {
            Path properties = box.etc().resolve("launcher.properties");
            String good = Files.readString(properties);
            box.started();
            box.ok("killswitch", "mode", "lockdown", "--yes");
            box.ok("stop");
            assertThat(closed(box)).isTrue();
            Files.writeString(properties, good.replaceFirst("(?m)^features = .*", "$0, trouble"));
            Path seen = folder.resolve("seen");
            Process watch = site.box().start(seen, "nft", "monitor", "destroy");
            try {
                Process rescue = supervise(box, folder);
                assertThat(exits).containsExactly(3, 3, 3, 3, 3);
                isRescueMode(box);

                Files.writeString(properties, good);
                assertThat(box.ok("stop")).contains("has stopped");
                assertThat(rescue.waitFor()).isZero();
                assertThat(closed(box)).isTrue();
                assertThat(Files.readString(seen)).doesNotContain(GONE);

                box.started();
                Await.until("REST", () -> rest(box, "/status").contains("\"rescue\":null"));
                box.ok("tunnel", "start");
                assertThat(box.curl("http://" + Site.SERVER + "/").out()).isEqualTo(Site.GREETING);
                box.ok("killswitch", "disarm", "--yes");
                Await.until(
                        "the watch to see an end of the rules",
                        () -> Files.readString(seen).contains(GONE));
            } finally {
                watch.destroy();
            }
        }
    }

    /** Starts it until it stays. */
    private Process supervise(BlackBox box, Path folder) throws Exception {
        while (true) {
            Path said = folder.resolve("run-" + exits.size());
            Process run = box.spawn(said, "run");
            Await.until(
                    "the end of the start or rescue mode",
                    () -> !run.isAlive() || Files.readString(said).contains("is in rescue mode in"));
            assertThat(closed(box)).isTrue();
            if (run.isAlive()) {
                return run;
            }
            exits.add(run.exitValue());
            assertThat(exits.size()).as(Files.readString(said)).isLessThan(6);
            Thread.sleep(RESTART);
        }
    }

    private static void isRescueMode(BlackBox box) throws Exception {
        Answer status = box.run("status");
        assertThat(status.exit()).isEqualTo(2);
        assertThat(status.out()).contains("incomplete", "rescue mode: " + WHY, "sluice restart");
        assertThat(box.logText()).contains(WHY);

        Await.until("REST", () -> rest(box, "/status").contains("sluice.status/1"));
        assertThat(rest(box, "/status"))
                .contains("\"state\":\"error\"", "\"rescue\":\"" + WHY, "only the consoles and the kill switch");

        assertThat(box.ok("killswitch", "status")).startsWith("BLOCKED").contains("lockdown");
        assertThat(box.ok("bundles"))
                .contains("io.sluice.killswitch", "io.sluice.rest")
                .doesNotContain("lab.trouble", "io.sluice.tun", "io.sluice.flow", "io.sluice.outbound");
        Answer refused = box.run("tunnel", "start");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("TunnelController is not active");
        assertThat(box.namespace().exec("ip", "-br", "link")).doesNotContain("sluice0");
        assertThat(box.curl("--max-time", "2", "http://" + Site.SERVER + "/").exit())
                .isNotZero();
    }

    private static boolean closed(BlackBox box) {
        Answer answer = box.inside("nft", "list", "chain", "inet", "sluice_killswitch", "output");
        return answer.exit() == 0 && answer.out().contains("policy drop");
    }

    private static String rest(BlackBox box, String path) throws IOException {
        String token = Files.readString(box.data().resolve("api-token")).strip();
        return box.curl(
                        "--max-time",
                        "10",
                        "-H",
                        "Authorization: Bearer " + token,
                        "http://127.0.0.1:9080/api/v1" + path)
                .out();
    }
}
