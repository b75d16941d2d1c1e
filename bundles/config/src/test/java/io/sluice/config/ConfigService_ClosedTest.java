package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.Generation;
import io.sluice.config.engine.ClosedConfig;
import io.sluice.config.engine.Component;
import io.sluice.config.engine.ConfigReader;
import io.sluice.config.engine.DefaultConfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that makes no sense where no earlier configuration is known: nothing is carried and the kill switch is closed, until there is a good one. */
class ConfigService_ClosedTest {

    private static final String GOOD = "{ \"outbounds\": [ { \"tag\": \"out\", \"protocol\": \"freedom\" } ] }";

    private static final String WITH_KILL_SWITCH = "{ \"killSwitch\": { \"mode\": \"auto\" }, " + GOOD.substring(1);

    private static final Map<String, Object> END = Map.of("provisional", false);

    @TempDir
    Path folder;

    private final FakeInstaller installer = new FakeInstaller();

    @BeforeEach
    void etc() throws IOException {
        Files.createDirectories(file().getParent());
    }

    private Path file() {
        return folder.resolve("etc/sluice.json");
    }

    private Path kept() {
        return folder.resolve("data/config");
    }

    private ConfigService started() {
        ConfigService service = new ConfigService(file(), new Generations(kept()), installer, () -> Instant.EPOCH);
        service.startUp();
        return service;
    }

    private void isClosed(String as, String... words) {
        assertThat(installer.components)
                .as(as)
                .containsOnlyKeys(
                        "io.sluice.killswitch", "io.sluice.outbound.block~block", "io.sluice.policy", "io.sluice.rest");
        Map<String, Object> killSwitch = killSwitch();
        assertThat(killSwitch).as(as).containsEntry("mode", "lockdown").containsEntry("provisional", true);
        assertThat(killSwitch.get("reason"))
                .as(as)
                .asString()
                .startsWith("Nothing passes, for there is no valid configuration")
                .contains("sluice conf check " + file(), "sluice conf reload")
                .contains(words);
    }

    private Map<String, Object> killSwitch() {
        return installer.components.get("io.sluice.killswitch").properties();
    }

    @Test
    void brokenFile_startsClosedAndSaysWhere() throws IOException {
        Files.writeString(file(), "{\n broken");
        ConfigService service = started();

        isClosed("broken", file() + ":2:2: error SL10");
        assertThat(service.text()).isEqualTo(ClosedConfig.text());
        assertThat(service.current()).isEmpty();
        assertThat(service.history()).isEmpty();
        assertThat(file()).as("the operator's text is left alone").content().isEqualTo("{\n broken");
        installer.touched.clear();
        started();
        assertThat(installer.touched).as("nothing changes at the next start").isEmpty();
    }

    @Test
    void closedConfiguration_isOneItself() {
        assertThat(ConfigReader.read(ClosedConfig.text(), "closed.json").problems())
                .isEmpty();
    }

    @Test
    void everySpoiltFile_startsClosed() throws IOException {
        byte[] good = DefaultConfig.text().getBytes(StandardCharsets.UTF_8);
        Map<String, byte[]> spoilt = new TreeMap<>();
        spoilt.put("empty", new byte[0]);
        spoilt.put("zeros", new byte[good.length]);
        spoilt.put("zeroed tail", Arrays.copyOf(Arrays.copyOf(good, good.length / 2), good.length));
        spoilt.put("wrong types", "{ \"tun\": 7, \"outbounds\": \"x\" }".getBytes(StandardCharsets.UTF_8));
        spoilt.put("another version", "{ \"version\": 99, \"surprise\": [] }".getBytes(StandardCharsets.UTF_8));
        spoilt.put("no text", new byte[] {'{', (byte) 0xff, (byte) 0xfe, '}'});
        int end = DefaultConfig.text().lastIndexOf('}');
        for (int length = 0; length < end; length += 7) {
            spoilt.put("the first " + length, Arrays.copyOf(good, length));
        }
        for (Map.Entry<String, byte[]> entry : spoilt.entrySet()) {
            installer.components.clear();
            Files.write(file(), entry.getValue());
            started();
            isClosed(entry.getKey(), file().toString());
        }
    }

    @Test
    void noFileAtAllButSomethingElse_startsClosed() throws IOException {
        Files.createDirectory(file());
        started();
        isClosed("a folder", "cannot be read", "Is a directory");

        Files.delete(file());
        installer.components.clear();
        try (RandomAccessFile huge = new RandomAccessFile(file().toFile(), "rw")) {
            huge.setLength(100L << 20);
        }
        started();
        isClosed("100 MiB", "104857600 octets");
    }

    @Test
    void missingFile_isTheDefaultOnTheFirstStartOnly() throws IOException {
        started();
        assertThat(installer.components).containsKey("io.sluice.inbound.mixed~local");

        Files.delete(file());
        Files.writeString(kept().resolve("index"), "nonsense");
        installer.components.clear();
        ConfigService service = started();
        isClosed("gone, and what was kept is lost", file() + " is gone");
        assertThat(service.current()).isEmpty();
        assertThat(file()).doesNotExist();
    }

    /** The file is the default by then, or is going to be. */
    @Test
    void crashInTheMiddleOfTheFirstStart_isTheFirstStartAgain() throws IOException {
        Files.writeString(Files.createDirectories(kept()).resolve("0001.json"), DefaultConfig.text());
        assertThat(started().text()).isEqualTo(DefaultConfig.text());
    }

    @Test
    void keptConfigurationThatIsNotUnderstoodAnyMore_isPassedOver() throws Exception {
        Generations generations = new Generations(kept());
        keep(generations, 1, GOOD);
        keep(generations, 2, "{ \"removed\": 1, " + GOOD.substring(1));
        Files.writeString(file(), "{ \"removed\": 1, " + GOOD.substring(1));
        ConfigService service = started();
        assertThat(service.current().orElseThrow().number()).isEqualTo(1);
        assertThat(service.text()).isEqualTo(GOOD);

        installer.components.clear();
        Files.writeString(kept().resolve("0001.json"), "{");
        started();
        isClosed("none is left", "SL1101 removed");
    }

    private static void keep(Generations generations, int number, String text) throws IOException {
        generations.stage(number, text);
        generations.commit(new Generation(number, Instant.EPOCH, "test", ""), text);
    }

    @Test
    void correctedFile_isTakenUpAndTheKillSwitchToldSo() throws Exception {
        Files.writeString(file(), "{");
        ConfigService service = started();
        assertThat(catchThrowableOfType(ConfigException.class, () -> service.apply("{ ", "shell", "")))
                .isNotNull();
        isClosed("still broken", "error SL10");

        service.apply(GOOD, "shell", "corrected");
        assertThat(installer.components)
                .containsOnlyKeys("io.sluice.killswitch", "io.sluice.outbound.direct~out", "io.sluice.policy");
        assertThat(killSwitch()).isEqualTo(END);
        installer.touched.clear();
        started();
        assertThat(installer.touched).as("it may not have heard of it").isEmpty();

        service.apply(WITH_KILL_SWITCH, "shell", "closed by it");
        assertThat(killSwitch()).containsEntry("mode", "auto").doesNotContainKeys("provisional", "reason");
        service.apply(GOOD, "shell", "and not any more");
        assertThat(installer.components).doesNotContainKey("io.sluice.killswitch");
    }

    @Test
    void correctedFileAtTheNextStart_isTakenUpAndTheKillSwitchToldSo() throws IOException {
        Files.writeString(file(), "{");
        started();
        Files.writeString(file(), GOOD);
        assertThat(started().current().orElseThrow().author()).isEqualTo("file");
        assertThat(killSwitch()).isEqualTo(END);
    }

    /** Nobody takes the end of it over there. */
    @Test
    void correctedFileOnAPlatformWithoutKillSwitch_isTakenUp() throws Exception {
        installer.failing.put("io.sluice.killswitch", "no bundle that is active here provides it.");
        Files.writeString(file(), "{");
        assertThat(started().apply(GOOD, "shell", "").number()).isEqualTo(1);
    }

    @Test
    void correctedFileThatCannotBeBroughtIntoEffect_isClosedAgain() throws IOException {
        Files.writeString(file(), "{");
        ConfigService service = started();
        Map<String, Component> before = Map.copyOf(installer.components);
        installer.failing.put("io.sluice.outbound.direct~out", "it failed.");
        assertThat(catchThrowableOfType(ConfigException.class, () -> service.apply(GOOD, "shell", "")))
                .isNotNull();
        assertThat(installer.components).isEqualTo(before);
    }
}
