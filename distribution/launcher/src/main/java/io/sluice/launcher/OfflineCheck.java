package io.sluice.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code conf check} without a running appliance: lets the engine of the config bundle read the files. It is plain Java and needs two of
 * the installed bundles and no framework, so it is loaded from them; the launcher itself knows nothing of configurations.
 */
final class OfflineCheck {

    private static final String ENGINE = "io.sluice.config.engine.ConfigCheck";
    private static final List<String> BUNDLES = List.of("io.sluice.config", "io.sluice.api");

    private OfflineCheck() {}

    /**
     * Prints every problem to {@code out}.
     *
     * @return 0 if all is well, 2 if a file cannot be read, {@link ExitCode#INVALID_CONFIGURATION} if one has errors
     */
    static int run(Path system, List<String> files, PrintStream out, PrintStream err) throws LaunchException {
        List<URL> jars = new ArrayList<>();
        try {
            for (String bundle : BUNDLES) {
                jars.add(jar(system, bundle).toUri().toURL());
            }
            try (URLClassLoader loader =
                    new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
                return (int) loader.loadClass(ENGINE)
                        .getMethod("run", String[].class, PrintStream.class, PrintStream.class)
                        .invoke(null, files.toArray(String[]::new), out, err);
            }
        } catch (InvocationTargetException e) {
            throw LaunchException.failed("The check broke: " + e.getCause() + ".", e.getCause());
        } catch (ReflectiveOperationException | IOException e) {
            throw LaunchException.failed("The check cannot be loaded from " + jars + ": " + e + ".", e);
        }
    }

    private static Path jar(Path system, String bundle) throws IOException, LaunchException {
        Path folder = system.resolve("io/sluice").resolve(bundle);
        if (Files.isDirectory(folder)) {
            try (Stream<Path> found = Files.walk(folder, 2)) {
                List<Path> jars = found.filter(p -> p.toString().endsWith(".jar"))
                        .sorted()
                        .toList();
                if (!jars.isEmpty()) {
                    return jars.getLast();
                }
            }
        }
        throw LaunchException.failed(
                "The bundle " + bundle + " is not below " + system + ": this installation is incomplete.", null);
    }
}
