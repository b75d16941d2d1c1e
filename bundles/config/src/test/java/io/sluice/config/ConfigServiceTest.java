package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.Generation;
import io.sluice.config.engine.DefaultConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Start-up, apply, roll-back and what a restart finds. */
class ConfigServiceTest {

    private static final String SOCKS =
            "{ \"outbounds\": [ { \"tag\": \"p\", \"protocol\": \"socks\", \"settings\": { \"address\": \"192.0.2.1\", \"port\": %d } } ] } // kept";

    @TempDir
    Path folder;

    private final FakeInstaller installer = new FakeInstaller();

    private Path file() {
        return folder.resolve("etc/sluice.json");
    }

    private ConfigService started() {
        ConfigService service = new ConfigService(
                file(), new Generations(folder.resolve("data/config")), installer, () -> Instant.EPOCH);
        service.startUp();
        return service;
    }

    private static String socks(int port) {
        return String.format(SOCKS, port);
    }

    @Test
    void firstStart_writesAndTakesUpTheDefault() throws IOException {
        ConfigService service = started();

        assertThat(file()).content().isEqualTo(DefaultConfig.text());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(service.text()).isEqualTo(DefaultConfig.text());
        assertThat(service.current()).contains(new Generation(1, Instant.EPOCH, "default", "taken up at the start"));
        assertThat(installer.touched)
                .containsExactly(
                        "put io.sluice.outbound.block~block",
                        "put io.sluice.outbound.direct~direct",
                        "put io.sluice.policy",
                        "put io.sluice.inbound.mixed~local",
                        "put io.sluice.rest",
                        "put io.sluice.tunnel");
    }

    @Test
    void apply_touchesOnlyWhatDiffers_andSurvivesARestart() throws ConfigException, IOException {
        ConfigService service = started();
        service.apply(socks(1080), "shell", "first");
        installer.touched.clear();

        assertThat(service.plan(socks(1081))).containsExactly("~ outbound p: port 1080 -> 1081");
        Generation generation = service.apply(socks(1081), "rest", "a note\twith a tab");

        assertThat(installer.touched).containsExactly("put io.sluice.outbound.socks~p");
        assertThat(generation).isEqualTo(new Generation(3, Instant.EPOCH, "rest", "a note\twith a tab"));
        assertThat(file()).content().isEqualTo(socks(1081));
        installer.touched.clear();

        ConfigService again = started();

        assertThat(installer.touched).isEmpty();
        assertThat(again.current()).contains(generation);
        assertThat(again.text()).isEqualTo(socks(1081));
        assertThat(again.history()).extracting(Generation::number).containsExactly(3, 2, 1);
        assertThat(again.text(2)).contains(socks(1080));
    }

    @Test
    void applyOfTheSameText_makesNoGeneration() throws ConfigException {
        ConfigService service = started();

        assertThat(service.apply(DefaultConfig.text(), "shell", "again").number())
                .isEqualTo(1);
    }

    @Test
    void applyOfTheTextInForce_repairsTheFile() throws ConfigException, IOException {
        started().apply(socks(1080), "shell", "");
        Files.writeString(file(), "{ broken");
        ConfigService service = started();

        assertThat(service.apply(socks(1080), "shell", "").number()).isEqualTo(2);
        assertThat(file()).content().isEqualTo(socks(1080));
    }

    @Test
    void changedFile_isTakenUpAtTheStart() throws IOException {
        started();
        Files.writeString(file(), socks(1080));

        ConfigService service = started();

        assertThat(service.current().orElseThrow().author()).isEqualTo("file");
        assertThat(installer.components).containsOnlyKeys("io.sluice.outbound.socks~p", "io.sluice.policy");
    }

    @Test
    void brokenFileAtTheStart_leavesTheLastGoodGeneration() throws ConfigException, IOException {
        started().apply(socks(1080), "shell", "");
        Files.writeString(file(), "{ broken");
        installer.components.clear();

        ConfigService service = started();

        assertThat(service.text()).isEqualTo(socks(1080));
        assertThat(service.current().orElseThrow().number()).isEqualTo(2);
        assertThat(installer.components).containsOnlyKeys("io.sluice.outbound.socks~p", "io.sluice.policy");
        assertThat(file()).as("the operator's text is left alone").content().isEqualTo("{ broken");
    }

    @Test
    void vanishedFile_isWrittenAgain() throws ConfigException, IOException {
        started().apply(socks(1080), "shell", "");
        Files.delete(file());

        assertThat(started().text()).isEqualTo(socks(1080));
        assertThat(file()).content().isEqualTo(socks(1080));
    }

    @Test
    void errors_areAllInTheException_andNothingIsTouched() {
        ConfigService service = started();
        installer.touched.clear();

        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> service.apply("{ \"tun\": { \"mtu\": 1 }, \"x\": 2 }", "shell", ""));

        assertThat(e.problems()).extracting(p -> p.code()).contains("SL1103", "SL1101", "SL1206", "SL1104");
        assertThat(e).hasMessageContaining("4 errors: sluice.json:1:1: error SL1206");
        assertThat(installer.touched).isEmpty();
        assertThat(service.current().orElseThrow().number()).isEqualTo(1);
    }

    @Test
    void componentThatDoesNotBecomeActive_putsEverythingBack() throws IOException {
        ConfigService service = started();
        var before = List.copyOf(installer.components.values());
        installer.failing.put("io.sluice.outbound.socks~p", "it failed: port taken");

        ConfigException e =
                catchThrowableOfType(ConfigException.class, () -> service.apply(socks(1080), "shell", "new"));

        assertThat(e).hasMessageContaining("outbound p did not become active: it failed: port taken");
        assertThat(e.problems())
                .singleElement()
                .satisfies(p -> assertThat(p.code()).isEqualTo("SL2001"));
        assertThat(installer.components.values()).containsExactlyElementsOf(before);
        assertThat(service.text()).isEqualTo(DefaultConfig.text());
        assertThat(file()).content().isEqualTo(DefaultConfig.text());
        assertThat(service.history()).hasSize(1);
        assertThat(folder.resolve("data/config/0002.json")).doesNotExist();
    }

    @Test
    void componentsThatChangePlaces_areTouchedAgain() throws ConfigException {
        ConfigService service = started();
        installer.failingOnce.add("io.sluice.inbound.mixed~a");
        String first = inbounds(1081, 1082);
        String second = inbounds(1082, 1081);
        service.apply(first, "shell", "");
        installer.failingOnce.add("io.sluice.inbound.mixed~a");
        installer.touched.clear();

        service.apply(second, "shell", "they change places");

        assertThat(installer.touched)
                .containsExactly(
                        "put io.sluice.inbound.mixed~a",
                        "put io.sluice.inbound.mixed~b",
                        "put io.sluice.inbound.mixed~a");
        assertThat(service.text()).isEqualTo(second);
    }

    @Test
    void listenerOfAnotherName_comesAfterTheOldOneHasGone() throws ConfigException {
        ConfigService service = started();
        service.apply(inbounds(1081, 1082), "shell", "");
        installer.touched.clear();

        service.apply(inbounds(1081, 1082).replace("\"b\"", "\"c\""), "shell", "");

        assertThat(installer.touched)
                .containsExactly("remove io.sluice.inbound.mixed~b", "put io.sluice.inbound.mixed~c");
    }

    private static String inbounds(int a, int b) {
        return """
                { "inbounds": [
                    { "tag": "a", "protocol": "mixed", "listen": "127.0.0.1", "port": %d },
                    { "tag": "b", "protocol": "mixed", "listen": "127.0.0.1", "port": %d } ],
                  "outbounds": [ { "tag": "out", "protocol": "freedom" } ] }
                """.formatted(a, b);
    }

    @Test
    void storeThatFailsHalfWay_putsEverythingBack() {
        ConfigService service = started();
        var before = List.copyOf(installer.components.values());
        installer.refusing = "io.sluice.policy";

        ConfigException e =
                catchThrowableOfType(ConfigException.class, () -> service.apply(socks(1080), "shell", "new"));

        assertThat(e).hasMessageContaining("No space left on device");
        assertThat(installer.components.values()).containsExactlyElementsOf(before);
        assertThat(service.current().orElseThrow().number()).isEqualTo(1);
    }

    @Test
    void storeThatGoesAwayHalfWay_putsEverythingBack() {
        ConfigService service = started();
        var before = List.copyOf(installer.components.values());
        installer.breaking = "io.sluice.policy";

        ConfigException e =
                catchThrowableOfType(ConfigException.class, () -> service.apply(socks(1080), "shell", "new"));

        assertThat(e).hasMessageContaining("unregistered");
        assertThat(installer.components.values()).containsExactlyElementsOf(before);
        assertThat(folder.resolve("data/config/0002.json")).doesNotExist();
    }

    @Test
    void rollBack_isANewGeneration() throws ConfigException {
        ConfigService service = started();
        service.apply(socks(1080), "shell", "");
        service.apply(socks(1081), "shell", "");

        Generation generation = service.rollBack(2, "shell");

        assertThat(generation.number()).isEqualTo(4);
        assertThat(generation.note()).isEqualTo("rolled back to generation 2");
        assertThat(service.text()).isEqualTo(socks(1080));
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> service.rollBack(9, "shell"));
        assertThat(e).hasMessage("There is no generation 9; kept are [4, 3, 2, 1].");
    }

    @Test
    void twentyGenerations_areKept() throws ConfigException, IOException {
        ConfigService service = started();
        for (int port = 1; port <= 30; port++) {
            service.apply(socks(port), "shell", "");
        }

        assertThat(service.history())
                .hasSize(Generations.KEPT)
                .first()
                .satisfies(g -> assertThat(g.number()).isEqualTo(31));
        try (var files = Files.list(folder.resolve("data/config"))) {
            assertThat(files).hasSize(Generations.KEPT + 1);
        }
        assertThat(started().history()).hasSize(Generations.KEPT);
    }

    @Test
    void damagedGeneration_isLeftOut() throws ConfigException, IOException {
        ConfigService service = started();
        service.apply(socks(1080), "shell", "");
        service.apply(socks(1081), "shell", "");
        Files.writeString(folder.resolve("data/config/0002.json"), "{");
        Files.writeString(folder.resolve("data/config/index"), "nonsense\n", java.nio.file.StandardOpenOption.APPEND);

        assertThat(started().history()).extracting(Generation::number).containsExactly(3, 1);
    }
}
