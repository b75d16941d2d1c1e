package io.sluice.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The time of day that the appliance is told, by libfaketime: what it reads from a file is added. The monotonic clock is the kernel's, as it is when somebody sets a
 * machine's clock.
 */
final class FalseClock implements AutoCloseable {

    /** What the library leaves where a process is killed; the number is the process's. */
    private static final Pattern LEFT = Pattern.compile("(?:sem\\.)?faketime_(?:shm|sem)_(\\d+)");

    /** The library looks into the file so often, in whole seconds: at every look at the clock would cost 70 microseconds each. */
    private static final int CACHE_SECONDS = 1;

    private static final long SEEN_AFTER = 2_100 * CACHE_SECONDS;

    private static final Path SHARED = Path.of("/dev/shm");
    private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

    private final Path library;
    private final Path file;
    private final Path fresh;

    private FalseClock(Path library, Path folder) {
        this.library = library;
        this.file = folder.resolve("clock");
        this.fresh = folder.resolve("clock.new");
    }

    /** Where the library is, if it is installed. */
    static Optional<Path> library() {
        try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
            return Stream.concat(Stream.of(Path.of("/usr/lib")), folders.toList().stream())
                    .map(folder -> folder.resolve(LIBRARY))
                    .filter(Files::isReadable)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static FalseClock create(Path library, Path folder) {
        FalseClock clock = new FalseClock(library, folder);
        clock.set(Duration.ZERO);
        return clock;
    }

    /** For the process whose clock it is to be. */
    Map<String, String> environment() {
        // The fix is for C libraries of long ago: with it every timed wait of a Java thread ends at once.
        return Map.of(
                "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "FAKETIME_CACHE_DURATION", Integer.toString(CACHE_SECONDS),
                "FAKETIME_ONLY_CMDS", "java",
                "NO_FAKE_STAT", "1");
    }

    /** It is so much later than it is; earlier if negative. On return the process knows, unless it stands still. */
    void set(Duration later) {
        try {
            Files.writeString(fresh, "%+d\n".formatted(later.toSeconds()));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new IllegalStateException("the clock cannot be set", e);
        }
        Waiting.pause(SEEN_AFTER);
    }

    /** Removes what killed processes have left. */
    @Override
    public void close() {
        try (Stream<Path> files = Files.list(SHARED)) {
            for (Path left : files.toList()) {
                Matcher matcher = LEFT.matcher(left.getFileName().toString());
                if (matcher.matches()
                        && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                    Files.deleteIfExists(left);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the library's leftovers stay", e);
        }
    }

    /** The class that says nothing without it. */
    static final String NEEDING = "F22";

    /** The class that is less without it. */
    private static final String BETTER = "L06";

    /**
     * Whether these are run with it. It slows everything, so that L06 has it beside F22 or apart from the others; elsewhere L06 has no jump of the clock, and its
     * title says so.
     */
    static boolean isFor(List<Injection> classes) {
        List<String> ids = classes.stream()
                .map(Injection::id)
                .filter(id -> !id.equals("L01"))
                .toList();
        return library().isPresent() && (ids.contains(NEEDING) || ids.equals(List.of(BETTER)));
    }
}
