package io.sluice.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code data/launcher.starts}: how many starts in a row have failed. From that follow how long the next one waits, and whether it is one in rescue mode.
 *
 * <p>Theory of operation. A start counts itself as failed when it begins. It takes that back when it is ended by somebody's wish, or when its process has
 * stood for {@link #STANDING}; what a crash, a kill or a bundle ends before that stays counted. One in rescue mode is ended by a wish only. So nothing
 * compares times, and no clock, wrong or set, has a say: the process waits for {@link #STANDING} by its own. A count belongs to one boot of the machine,
 * because a power cut is no fault of a start; it therefore need not be forced to the disk, and a restart of the machine leaves rescue mode too.
 *
 * <p>A file that cannot be read or written counts nothing, and is logged: it keeps no gateway down. Safe for use by several threads.
 */
final class FailedStarts {

    /** As many in a row lead to rescue mode. As systemd's DefaultStartLimitBurst, and as Mullvad's daemon has them within 20 s. */
    static final int LIMIT = 5;

    /** Who works for this long is no fault of its start. Ours: {@link #LIMIT} starts that end at once, and the waits between them, take less. */
    static final Duration STANDING = Duration.ofSeconds(60);

    /** Ours: a machine that is put right carries again within half a minute, and starting costs a thirtieth of a processor at most where one takes a second. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** From this doubling on the wait is the longest. */
    private static final int DOUBLINGS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(FailedStarts.class);

    /** Waits for the end of the process. */
    interface End {
        /** @return whether it came within this time */
        boolean within(Duration time) throws InterruptedException;
    }

    private final Path file;
    private final String boot;
    private final int before;
    private final String lastDid;
    private boolean taken;

    private FailedStarts(Path file, String boot, int before, String lastDid) {
        this.file = file;
        this.boot = boot;
        this.before = before;
        this.lastDid = lastDid;
    }

    /** @param boot names this boot of the machine */
    static FailedStarts read(Path data, String boot) {
        Path file = data.resolve("launcher.starts");
        Map<String, String> kept = lines(file);
        if (!boot.equals(kept.get("boot")) || !kept.getOrDefault("failed", "").matches("[1-9][0-9]{0,5}")) {
            return new FailedStarts(file, boot, 0, "");
        }
        return new FailedStarts(file, boot, Integer.parseInt(kept.get("failed")), kept.getOrDefault("did", ""));
    }

    private static Map<String, String> lines(Path file) {
        Map<String, String> kept = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int sign = line.indexOf('=');
                if (sign > 0) {
                    kept.put(line.substring(0, sign), line.substring(sign + 1));
                }
            }
        } catch (NoSuchFileException e) {
            return Map.of(); // the usual case
        } catch (IOException e) {
            LOG.warn("How many starts have failed cannot be read from {}: {}", file, e.toString());
        }
        return kept;
    }

    /** Linux's name for this boot; empty where there is none, and then a count outlives the boot. */
    static String boot() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Before this one. */
    int count() {
        return before;
    }

    boolean rescue() {
        return before >= LIMIT;
    }

    /**
     * How long this start has to wait: 1 s after the first that failed, then twice as long each time. Rescue mode is there at once, and if that fails it waits
     * in the same way.
     */
    Duration delay() {
        int row = rescue() ? before - LIMIT : before;
        if (row == 0) {
            return Duration.ZERO;
        }
        return row > DOUBLINGS ? LONGEST_WAIT : Duration.ofSeconds(1L << (row - 1));
    }

    /** What has happened, as the first half of a sentence. */
    String text() {
        return before
                + (before == 1 ? " start has failed" : " starts in a row have failed")
                + (lastDid.isEmpty() ? "" : ", the last one " + lastDid);
    }

    /** This start counts from now on. */
    synchronized void begin() {
        write("");
    }

    /** What the process is doing, so that the next start can say where this one ended. Written only where one has failed before: others are not slowed down. */
    synchronized void doing(String words) {
        if (before > 0) {
            write(words);
        }
    }

    private void write(String did) {
        if (taken) {
            return;
        }
        try {
            AtomicFile.write(file, "boot=" + boot + "\nfailed=" + (before + 1) + "\ndid=" + did + "\n");
        } catch (IOException e) {
            LOG.warn("That this start has begun cannot be written to {}: {}", file, e.toString());
        }
    }

    /** This start did not fail, and neither did those before it any more. */
    synchronized void clear() {
        taken = true;
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("That this start did not fail cannot be kept, {} stays: {}", file, e.toString());
        }
    }

    /** Waits until the process has stood long enough, or ends. */
    void stand(End end) throws InterruptedException {
        if (!rescue() && !end.within(STANDING)) {
            clear();
        }
    }
}
