package io.sluice.config.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What good files become: every PID, key and value ({@code NAME.components} beside {@code NAME.json}). */
class ConfigReader_ComponentsTest {

    static List<Path> good() throws IOException, URISyntaxException {
        return ConfigCheckTest.files("good");
    }

    private static String text(List<Component> components) {
        return components.stream()
                .map(c -> c.pid() + "\n"
                        + c.properties().entrySet().stream()
                                .map(ConfigReader_ComponentsTest::line)
                                .collect(Collectors.joining()))
                .collect(Collectors.joining());
    }

    private static String line(Map.Entry<String, Object> entry) {
        Object value = entry.getValue();
        return value instanceof String[] array
                ? "  " + entry.getKey() + " = String[]\n"
                        + Arrays.stream(array).map(v -> "    " + v + "\n").collect(Collectors.joining())
                : "  " + entry.getKey() + " = " + value.getClass().getSimpleName() + " " + value + "\n";
    }

    @ParameterizedTest
    @MethodSource("good")
    void good_becomesComponents(Path file) throws IOException {
        Compiled compiled = ConfigReader.read(Files.readString(file), "good");

        String expected = Files.readString(Path.of(file.toString().replace(".json", ".components")));
        assertThat(text(compiled.components())).isEqualTo(expected);
    }

    @Test
    void secrets_areInNoToString() throws IOException, URISyntaxException {
        for (Path file : good()) {
            Compiled compiled = ConfigReader.read(Files.readString(file), "good");
            Plan plan = Plan.between(List.of(), compiled.components());
            assertThat(compiled.toString() + plan).doesNotContain("hunter2", "geheim");
        }
    }

    @Test
    void plan_namesWhatDiffersAndNothingElse() {
        String before = """
                { "inbounds": [ { "tag": "in", "protocol": "socks", "port": 1080 } ],
                  "outbounds": [
                    { "tag": "a", "protocol": "socks", "settings": { "address": "192.0.2.1", "port": 1080, "user": "u", "pass": "one" } },
                    { "tag": "b", "protocol": "direct" }, { "tag": "c", "protocol": "block" } ] }
                """;
        String after = """
                { "inbounds": [ { "tag": "new", "protocol": "mixed", "port": 1080 } ],
                  "outbounds": [
                    { "tag": "a", "protocol": "socks", "settings": { "address": "192.0.2.1", "port": 1081, "user": "u", "pass": "two" } },
                    { "tag": "b", "protocol": "direct" } ],
                  "routing": { "rules": [ { "port": 1, "outboundTag": "b" } ] } }
                """;

        Plan plan = Plan.between(
                ConfigReader.read(before, "x").components(),
                ConfigReader.read(after, "x").components());

        assertThat(plan.lines())
                .containsExactly(
                        "~ outbound a: password changed, port 1080 -> 1081",
                        "~ policy: rules changed (0 -> 1)",
                        "+ inbound new (mixed 127.0.0.1:1080)",
                        "- inbound in",
                        "- outbound c");
        assertThat(plan.put())
                .extracting(Component::pid)
                .containsExactly("io.sluice.outbound.socks~a", "io.sluice.policy", "io.sluice.inbound.mixed~new");
        assertThat(plan.remove())
                .extracting(Component::pid)
                .containsExactly("io.sluice.inbound.socks~in", "io.sluice.outbound.block~c");
        assertThat(Plan.between(
                                ConfigReader.read(after, "x").components(),
                                ConfigReader.read(after, "x").components())
                        .isEmpty())
                .isTrue();
    }

    @Test
    void passwordAsItIsShown_isAnError() {
        Compiled compiled = ConfigReader.read("""
                { "inbounds": [ { "tag": "in", "protocol": "socks", "port": 1080, "settings":
                    { "auth": "password", "accounts": [ { "user": "u", "pass": "(hidden)" } ] } } ],
                  "outbounds": [
                    { "tag": "a", "protocol": "socks", "settings": { "address": "192.0.2.1", "port": 1080, "user": "u", "pass": "(hidden)" } } ] }
                """, "c.json");

        assertThat(compiled.problems())
                .extracting(p -> p.code() + " " + p.path())
                .containsExactly("SL1212 inbounds[0].settings.accounts[0].pass", "SL1212 outbounds[0].settings.pass");
    }
}
