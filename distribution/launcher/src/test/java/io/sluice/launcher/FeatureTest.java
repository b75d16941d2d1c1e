package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.launcher.Feature.FeatureBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureTest {
    @Test
    void reads_the_bundles_in_their_order() throws LaunchException {
        Feature feature = Feature.parse("""
                {
                  // a comment
                  "id": "io.sluice:base:0.1.0",
                  "bundles": [
                    {"id": "g:b:1", "start-order": 30},
                    {"id": "g:a:1:linux", "start-order": 5}
                  ]
                }""", "base.json");

        assertThat(feature)
                .isEqualTo(new Feature(
                        "io.sluice:base:0.1.0",
                        java.util.List.of(
                                new FeatureBundle(ArtifactId.parse("g:b:1"), 30),
                                new FeatureBundle(ArtifactId.parse("g:a:1:linux"), 5))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`[]` | `x.json: the feature must be an object.`",
                "`{\"id\": \"g:a:1\"}` | `x.json: 'bundles' must be a list.`",
                "`{\"bundles\": []}` | `x.json: the feature's 'id' must be a string.`",
                "`{\"id\": \"g:a\", \"bundles\": []}` | `x.json: 'g:a' is not group:artifact:version[:classifier].`",
                "`{\"id\": \"g:a:1\", \"bundles\": [{\"id\": \"g:b:1\"}]}` | `x.json: 'start-order' of g:b:1 must be a number from 1 to 99, not null.`",
                "`{\"id\": \"g:a:1\", \"bundles\": [{\"id\": \"g:b:1\", \"start-order\": 0}]}` | `x.json: 'start-order' of g:b:1 must be a number from 1 to 99, not 0.`",
                "`{\"id\": \"g:a:1\", \"bundles\": [{\"id\": \"g:b:1\", \"start-level\": 1}]}` | `x.json: the key 'start-level' of a bundle is unknown; known are [id, start-order].`",
                "`{\"id\": \"g:a:1\", \"configurations\": {}}` | `x.json: the key 'configurations' of the feature is unknown; known are [bundles, description, feature-resource-version, id, name].`",
                "`{` | `x.json: line 1, column 2: the text ends too early.`",
            })
    void says_what_is_wrong_and_that_a_new_start_cannot_help(String text, String problem) {
        assertThatThrownBy(() -> Feature.parse(text, "x.json"))
                .hasMessage(problem)
                .asInstanceOf(InstanceOfAssertFactories.type(LaunchException.class))
                .returns(ExitCode.INVALID_CONFIGURATION, LaunchException::exitCode);
    }

    @Test
    void an_unknown_feature_names_those_that_exist(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("linux.json"), "{}");
        Files.writeString(directory.resolve("base.json"), "{}");

        assertThatThrownBy(() -> Feature.read(directory, "bose"))
                .hasMessage("The feature 'bose' is unknown: " + directory + " has base, linux.");
    }
}
