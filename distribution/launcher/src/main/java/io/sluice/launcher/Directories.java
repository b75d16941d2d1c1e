package io.sluice.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Where this installation keeps its parts. Everything follows from {@code home}; a package that splits them (a deb with
 * {@code /etc/sluice} and {@code /var/lib/sluice}) sets the single ones.
 *
 * @param home the installation; property {@code sluice.home}
 * @param etc configuration, written by people; {@code sluice.etc}
 * @param data everything the running system writes and wants back; {@code sluice.data}
 * @param log log files; {@code sluice.log}
 */
record Directories(Path home, Path etc, Path data, Path log) {

    /** @param property looks a system property up, null where it is not set */
    static Directories from(Function<String, String> property) throws LaunchException {
        String home = property.apply("sluice.home");
        if (home == null) {
            throw LaunchException.invalid("The installation is unknown: start Sluice with bin/sluice, "
                    + "or give the JVM -Dsluice.home=DIRECTORY.");
        }
        Path root = Path.of(home).toAbsolutePath().normalize();
        return new Directories(
                root,
                under(root, "etc", property.apply("sluice.etc")),
                under(root, "data", property.apply("sluice.data")),
                under(root, "log", property.apply("sluice.log")));
    }

    private static Path under(Path home, String name, String given) {
        return (given == null ? home.resolve(name) : Path.of(given))
                .toAbsolutePath()
                .normalize();
    }

    /** The file of {@code etc} of this name; where an own {@code etc} has none, the one that the distribution brought. */
    Path setting(String name) {
        Path own = etc.resolve(name);
        return Files.exists(own) ? own : home.resolve("etc").resolve(name);
    }

    /** Feature files, {@code <name>.json}. */
    Path features() {
        return home.resolve("features");
    }

    /** The bundles, laid out as a Maven repository. Only read. */
    Path system() {
        return home.resolve("system");
    }

    /** The framework's storage. Deleting it is always safe while nothing runs. */
    Path cache() {
        return data.resolve("cache");
    }

    /** What native code unpacked; emptied at every start, because a killed process leaves its files. */
    Path temporary() {
        return data.resolve("tmp");
    }
}
