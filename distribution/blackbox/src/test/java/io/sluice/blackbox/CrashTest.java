package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} while traffic flows: what is left on the host is removed by the next start, which works. */
@NeedsNamespaces
class CrashTest {

    @Test
    void leftoversAreRemovedAndTheTunnelStartsAgain(@TempDir Path folder) throws Exception {
        try (Site site = new Site();
                BlackBox box = new BlackBox(site.box(), folder)
                        .configured(Configs.direct())
                        .started()) {
            HostState before = HostState.of(site.box());
            box.ok("tunnel", "start");
            Process stream = site.box()
                    .start(
                            folder.resolve("stream.out"),
                            "curl",
                            "-sS",
                            "--limit-rate",
                            "1M",
                            "-o",
                            "/dev/null",
                            "http://" + Site.SERVER + "/stream");
            Await.until("a live flow", () -> box.ok("flow", "list").contains("203.0.113.7:80"));
            long killed = box.pid();
            assertThat(ProcessHandle.of(killed).orElseThrow().destroyForcibly()).isTrue();
            Await.until("the end of process " + killed, () -> !box.lives());
            stream.destroy();
            assertThat(HostState.of(site.box())).isNotEqualTo(before);

            Answer status = box.run("status");
            assertThat(status.exit()).isEqualTo(1);
            assertThat(status.out()).contains("Sluice is not running");
            assertThat(box.run("tunnel", "status").exit()).isEqualTo(5);

            box.started();
            assertThat(box.pid()).isNotEqualTo(killed);
            assertThat(HostState.of(site.box())).isEqualTo(before);
            box.ok("tunnel", "start");
            assertThat(box.curl("http://" + Site.SERVER + "/").out()).isEqualTo(Site.GREETING);
            box.ok("tunnel", "stop");
            assertThat(HostState.of(site.box())).isEqualTo(before);
        }
    }
}
