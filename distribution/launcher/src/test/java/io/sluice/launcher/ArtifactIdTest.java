package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactIdTest {
    @Test
    void maps_to_the_place_in_a_maven_repository() {
        assertThat(ArtifactId.parse("io.sluice:io.sluice.flow:0.1.0").path())
                .isEqualTo(Path.of("io/sluice/io.sluice.flow/0.1.0/io.sluice.flow-0.1.0.jar"));
        assertThat(ArtifactId.parse("io.netty:native:4.2.18.Final:linux-x86_64").path())
                .isEqualTo(Path.of("io/netty/native/4.2.18.Final/native-4.2.18.Final-linux-x86_64.jar"));
    }

    @Test
    void writes_itself_as_it_was_read() {
        assertThat(ArtifactId.parse("g:a:1:c")).hasToString("g:a:1:c");
        assertThat(ArtifactId.parse("g:a:1")).hasToString("g:a:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "g:a", "g:a:1:c:d", "g::1", "g:../../etc:1", "g:a/b:1", "g:a:..", "g:a:1:", "g:a: 1"})
    void refuses_what_is_no_coordinate_or_leaves_the_repository(String text) {
        assertThatThrownBy(() -> ArtifactId.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
