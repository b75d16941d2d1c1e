package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finds the engine among the bundles, hands it the files, and gives its answer on. */
class OfflineCheckTest {

    private static final String ENGINE = """
            package io.sluice.config.engine;
            public final class ConfigCheck {
                public static int run(String[] files, java.io.PrintStream out, java.io.PrintStream err) {
                    out.print(String.join("+", files));
                    err.print("told");
                    return 23;
                }
            }
            """;

    @TempDir
    Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int check(String... files) throws LaunchException {
        return OfflineCheck.run(
                home.resolve("system"),
                List.of(files),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private void jar(String bundle, Path... classes) throws IOException {
        Path jar = home.resolve("system/io/sluice/" + bundle + "/1.0.0/" + bundle + "-1.0.0.jar");
        Files.createDirectories(jar.getParent());
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream zip = new JarOutputStream(file)) {
            zip.putNextEntry(new JarEntry("io/sluice/"));
            zip.closeEntry();
            for (Path type : classes) {
                zip.putNextEntry(
                        new JarEntry(home.resolve("classes").relativize(type).toString()));
                zip.write(Files.readAllBytes(type));
                zip.closeEntry();
            }
        }
    }

    @Test
    void files_areReadByTheEngineOfTheBundle() throws IOException, LaunchException {
        Path source = home.resolve("ConfigCheck.java");
        Files.writeString(source, ENGINE);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.run(null, null, null, "-d", home.resolve("classes").toString(), source.toString()))
                .isZero();
        jar("io.sluice.config", home.resolve("classes/io/sluice/config/engine/ConfigCheck.class"));
        jar("io.sluice.api");

        assertThat(check("a.json", "b.json")).isEqualTo(ExitCode.INVALID_CONFIGURATION.value());
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a.json+b.json");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("told");
    }

    @Test
    void missingBundle_isNamed() {
        assertThatThrownBy(() -> check("a.json"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("io.sluice.config is not below");
    }

    @Test
    void bundleWithoutTheEngine_isNamed() throws IOException {
        jar("io.sluice.config");
        jar("io.sluice.api");

        assertThatThrownBy(() -> check("a.json"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("cannot be loaded");
    }
}
