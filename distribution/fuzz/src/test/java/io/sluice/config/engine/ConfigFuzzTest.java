package io.sluice.config.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** The configuration file, from its JSON to the components: problems are found, never thrown. */
class ConfigFuzzTest {

    @FuzzTest
    void file(byte[] octets) {
        assertThat(ConfigReader.read(new String(octets, StandardCharsets.UTF_8), "fuzz.json"))
                .isNotNull();
    }
}
