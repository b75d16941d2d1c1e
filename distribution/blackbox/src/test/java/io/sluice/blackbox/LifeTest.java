package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process between its start and its stop: alone on its data, ended at any moment, out of room, and what it remembers. */
@NeedsNamespaces
class LifeTest {

    private static final String SECRET = "Planted-91ab-Secret";

    private Site site;
    private BlackBox box;
    private Path folder;

    @BeforeEach
    void prepare(@TempDir Path temporary) throws Exception {
        folder = temporary;
        site = new Site();
        box = new BlackBox(site.box(), temporary).configured(Configs.direct());
    }

    @AfterEach
    void clear() throws Exception {
        box.close();
        site.close();
    }

    /** One life: a second process is refused, then a stop in the middle of work ends it in good order. */
    @Test
    void isAloneAndStopsWithConnectionsOpen() throws Exception {
        HostState before = HostState.of(site.box());
        box.started();
        box.ok("tunnel", "start");
        long first = box.pid();

        Answer again = box.run("start");
        assertThat(again.exit()).isZero();
        assertThat(again.err()).contains("already running as process " + first);
        Answer second = box.run("daemon");
        assertThat(second.exit()).as(second.all()).isEqualTo(1);
        assertThat(second.err()).contains("already runs on " + box.data(), "as process " + first, "sluice stop");
        assertThat(box.pid()).isEqualTo(first);
        assertThat(box.ok("tunnel", "status")).startsWith("CONNECTED");

        List<Process> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                clients.add(site.box()
                        .start(
                                folder.resolve("client-" + i),
                                "curl",
                                "-sS",
                                "--limit-rate",
                                "2k",
                                "-o",
                                "/dev/null",
                                "http://" + Site.SERVER + "/stream"));
            }
            Await.until(
                    "50 live flows",
                    () -> box.ok("flow", "list", "--no-header", "--tsv")
                                    .lines()
                                    .filter(line -> line.contains("203.0.113.7:80"))
                                    .count()
                            == 50);
            assertThat(box.ok("stop")).contains("Sluice has stopped (it was process " + first + ")");
            Await.until("the end of process " + first, () -> !box.lives());
            assertThat(box.logText()).doesNotContain("have not stopped").doesNotContain(" ERROR ");
            assertThat(HostState.of(site.box())).isEqualTo(before);
        } finally {
            clients.forEach(Process::destroyForcibly);
        }
    }

    @Test
    void endsInGoodOrderDuringItsStart() throws Exception {
        HostState before = HostState.of(site.box());
        Process daemon = null;
        boolean seen = false;
        // The start may be over before the command has asked: then once more.
        for (int attempt = 0; !seen && attempt < 20; attempt++) {
            if (daemon != null) {
                daemon.destroy();
                assertThat(daemon.waitFor(2, TimeUnit.MINUTES)).isTrue();
            }
            daemon = box.spawn(folder.resolve("daemon.out"), "daemon");
            Await.until(
                    "the state STARTING",
                    () -> isStarting() || box.run("status").exit() == 0);
            int exit = box.run("status").exit();
            seen = isStarting();
            if (seen) {
                assertThat(exit).isEqualTo(2);
            }
        }
        assertThat(seen).as("asked during a start").isTrue();
        daemon.destroy();
        assertThat(daemon.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(box.run("status").exit()).isEqualTo(1);
        assertThat(HostState.of(site.box())).isEqualTo(before);
        // Half a start has left nothing that a whole one stumbles over.
        box.started();
        box.ok("tunnel", "start");
        assertThat(box.curl("http://" + Site.SERVER + "/").out()).isEqualTo(Site.GREETING);
    }

    private boolean isStarting() throws Exception {
        Path state = box.data().resolve("launcher.state");
        return Files.exists(state) && Files.readString(state).contains("STARTING");
    }

    @Test
    void fullDiskKeepsTheOldConfiguration() throws Exception {
        // Mounted in the namespace's own mounts it would be seen by one command only: so on the machine, below the
        // test's folder.
        Path small = Files.createDirectory(folder.resolve("small"));
        mount("mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "none", small.toString());
        try {
            BlackBox cramped = new BlackBox(site.box(), small).configured(Configs.direct());
            try (cramped) {
                cramped.started();
                String good = Files.readString(cramped.configFile());
                Path proposed =
                        Files.writeString(folder.resolve("proposed.json"), Configs.socks(Site.GATEWAY, 1080, SECRET));
                site.box().exec("sh", "-c", "head -c 100m /dev/zero >" + small + "/filler 2>/dev/null || true");

                Answer apply = cramped.run("conf", "apply", proposed.toString());
                assertThat(apply.exit()).as(apply.all()).isEqualTo(1);
                assertThat(apply.err()).contains("No space left on device").doesNotContain(SECRET);
                assertThat(Files.readString(cramped.configFile())).isEqualTo(good);
                assertThat(cramped.ok("conf", "show")).isEqualTo(good);
                assertThat(cramped.ok("outbound", "list")).contains("direct").doesNotContain("proxy");

                Files.delete(small.resolve("filler"));
                cramped.ok("conf", "apply", proposed.toString());
                assertThat(cramped.ok("conf", "show")).contains("socks").doesNotContain("freedom");
            }
        } finally {
            mount("umount", "--lazy", small.toString());
        }
    }

    private static void mount(String... words) {
        Answer answer = Command.run(Map.of(), List.of(words));
        assertThat(answer.exit()).as(answer.all()).isZero();
    }

    @Test
    void remembersAndKeepsSecrets() throws Exception {
        box.configured(Configs.socks(Site.GATEWAY, 9, SECRET)).started();
        site.box().exec("ip", "link", "add", "sluice0", "type", "veth", "peer", "name", "other0");
        assertThat(box.run("tunnel", "start").exit()).isEqualTo(1);
        String error = errorLine(box.ok("tunnel", "status"));
        assertThat(error).contains("TUN_IN_USE");
        site.box().exec("ip", "link", "del", "sluice0");
        String profile = box.ok("tunnel", "profile");
        String history = box.ok("conf", "history", "--json");

        box.ok("restart");
        assertThat(errorLine(box.ok("tunnel", "status"))).isEqualTo(error);
        assertThat(box.ok("tunnel", "profile")).isEqualTo(profile);
        assertThat(box.ok("conf", "history", "--json")).isEqualTo(history);

        box.ok("tunnel", "start");
        assertThat(box.curl("http://" + Site.SERVER + "/").exit()).isNotZero();
        String shown = box.ok("status")
                + box.ok("diag", "--all")
                + box.ok("outbound", "show", "out")
                + box.ok("flow", "list", "--recent")
                + box.ok("bundles")
                + box.ok("tunnel", "profile");
        assertThat(shown).doesNotContain(SECRET);
        assertThat(Secrets.inProcessList(SECRET, "microsocks")).isEmpty();
        assertThat(Secrets.heldPrivately(folder, SECRET)).isPositive();
    }

    private static String errorLine(String status) {
        return status.lines()
                .filter(line -> line.startsWith("  error "))
                .findFirst()
                .orElse("no error in: " + status);
    }
}
