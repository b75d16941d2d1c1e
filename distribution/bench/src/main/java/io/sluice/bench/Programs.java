package io.sluice.bench;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds programs of peers: by an environment variable, else on the PATH. */
final class Programs {

    private Programs() {}

    /** @param variable may name the program's file */
    static Optional<String> find(String variable, String... names) {
        String set = System.getenv(variable);
        if (set != null && !set.isEmpty()) {
            return Files.isExecutable(Path.of(set)) ? Optional.of(set) : Optional.empty();
        }
        for (String folder : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(File.pathSeparator)) {
            for (String name : names) {
                Path file = Path.of(folder, name);
                if (Files.isExecutable(file)) {
                    return Optional.of(file.toString());
                }
            }
        }
        return Optional.empty();
    }

    /** Why a program cannot be used, if so. */
    static Optional<String> missing(String variable, String... names) {
        return find(variable, names).isPresent()
                ? Optional.empty()
                : Optional.of("set " + variable + " to the program, or put '" + names[0] + "' on the PATH");
    }
}
