package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchConfigTest {
    @Test
    void reads_features_timeouts_and_framework_properties() throws Exception {
        LaunchConfig config = parse("""
                features = base, console ,base,
                start.timeout = 5
                stop.timeout = 7
                framework.felix.log.level = 3
                """);

        assertThat(config.features()).containsExactly("base", "console");
        assertThat(config.startTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.stopTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(config.framework()).isEqualTo(Map.of("felix.log.level", "3"));
    }

    @Test
    void has_timeouts_of_its_own() throws Exception {
        LaunchConfig config = parse("features=base");

        assertThat(config.startTimeout()).isEqualTo(LaunchConfig.DEFAULT_START_TIMEOUT);
        assertThat(config.stopTimeout()).isEqualTo(LaunchConfig.DEFAULT_STOP_TIMEOUT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "feature=base | 'features' is missing",
                "features= | 'features' is missing",
                "features=base\\nfeaturs=x | the key 'featurs' is unknown",
                "features=base\\nframework.=x | the key 'framework.' is unknown",
                "features=base\\nstop.timeout=0 | stop.timeout = '0' is not a number of seconds from 1 to 3600",
                "features=base\\nstart.timeout=5s | start.timeout = '5s' is not a number of seconds from 1 to 3600",
                "features=base\\nstart.timeout=3601 | start.timeout = '3601' is not a number",
            })
    void a_mistake_is_named(String text, String problem) {
        assertThatThrownBy(() -> parse(text.replace("\\n", "\n")))
                .hasMessageContaining("launcher.properties: " + problem)
                .asInstanceOf(InstanceOfAssertFactories.type(LaunchException.class))
                .returns(ExitCode.INVALID_CONFIGURATION, LaunchException::exitCode);
    }

    @Test
    void a_missing_file_is_named(@TempDir Path directory) {
        Path file = directory.resolve("launcher.properties");

        assertThatThrownBy(() -> LaunchConfig.read(file)).hasMessageStartingWith(file + " is missing");
    }

    private static LaunchConfig parse(String text) throws IOException, LaunchException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        return LaunchConfig.parse(properties, "launcher.properties");
    }
}
