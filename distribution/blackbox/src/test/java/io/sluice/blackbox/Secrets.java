package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Looks for a planted password where it must not be. */
final class Secrets {

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_EXECUTE);

    private Secrets() {}

    /**
     * A file that holds it is closed to others, itself or by one of the folders above it, and is no log.
     *
     * @return how many files hold it
     */
    static int heldPrivately(Path folder, String secret) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> holders = files.filter(Files::isRegularFile)
                    .filter(file -> contains(file, secret))
                    .toList();
            for (Path holder : holders) {
                assertThat(closed(holder, folder)).as("%s is private", holder).isTrue();
                assertThat(holder.toString()).as("a log").doesNotContain(".log");
            }
            return holders.size();
        }
    }

    private static boolean closed(Path file, Path top) throws IOException {
        for (Path at = file; !at.equals(top); at = at.getParent()) {
            Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
            open.retainAll(Files.getPosixFilePermissions(at));
            if (open.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(Path file, String secret) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(secret);
        } catch (NoSuchFileException e) {
            return false; // gone meanwhile: a file that was being replaced
        } catch (IOException e) {
            throw new IllegalStateException(file.toString(), e);
        }
    }

    /** Every process of the machine whose arguments hold it, without the program that is named. */
    static List<String> inProcessList(String secret, String exceptProgram) throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("[0-9]+"))
                    .map(Secrets::arguments)
                    .filter(arguments -> arguments.contains(secret) && !arguments.contains(exceptProgram))
                    .toList();
        }
    }

    private static String arguments(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException e) {
            return ""; // it ended meanwhile
        }
    }
}
