package io.sluice.testkit.crash;

import io.sluice.testkit.crash.DiskStep.Create;
import io.sluice.testkit.crash.DiskStep.Delete;
import io.sluice.testkit.crash.DiskStep.MakeFolder;
import io.sluice.testkit.crash.DiskStep.MakeLink;
import io.sluice.testkit.crash.DiskStep.Mark;
import io.sluice.testkit.crash.DiskStep.Rename;
import io.sluice.testkit.crash.DiskStep.Sync;
import io.sluice.testkit.crash.DiskStep.SyncFolder;
import io.sluice.testkit.crash.DiskStep.Truncate;
import io.sluice.testkit.crash.DiskStep.Write;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A disk as a crash left it.
 *
 * <p>A killed process leaves every step up to some octet. After a power cut the model is a journalling file system's: names change in the order of the steps, those
 * before the last sync of a folder are there, of those after it the first so many; octets that were not synced are there, not there, half there, or zeros.
 *
 * @param what for people: where it was cut, and what was lost
 * @param begun how many promises were being made or had been made
 * @param kept how many promises had been made
 */
public record Crash(String what, int begun, int kept, List<DiskStep> names, Map<Integer, byte[]> octets) {

    /** What becomes of octets that nobody synced. */
    private enum Unsynced {
        THERE,
        LOST,
        HALF,
        ZEROS
    }

    /**
     * Each disk once, for many cuts leave the same.
     *
     * @param from the step before which nothing is cut
     */
    static List<Crash> all(List<DiskStep> steps, int from) {
        Set<List<Object>> seen = new HashSet<>();
        return cuts(steps, from).stream()
                .filter(crash -> seen.add(List.of(crash.begun(), crash.kept(), crash.picture())))
                .toList();
    }

    private static List<Crash> cuts(List<DiskStep> steps, int from) {
        List<Crash> all = new ArrayList<>();
        for (int i = from; i <= steps.size(); i++) {
            List<DiskStep> done = steps.subList(0, i);
            all.add(killed(done, "killed after step " + i));
            if (i < steps.size() && steps.get(i) instanceof Write write) {
                for (int length = 1; length < write.octets().length; length++) {
                    List<DiskStep> cut = new ArrayList<>(done);
                    cut.add(new Write(write.file(), write.at(), Arrays.copyOf(write.octets(), length)));
                    all.add(killed(cut, "killed in step " + i + " after octet " + length));
                }
            }
            powerCuts(done, i, all);
        }
        return all;
    }

    private static Crash killed(List<DiskStep> done, String what) {
        return of(what, done, done.stream().filter(DiskStep::ofNames).toList(), contents(done, Unsynced.THERE));
    }

    private static void powerCuts(List<DiskStep> done, int at, List<Crash> all) {
        List<DiskStep> names = done.stream().filter(DiskStep::ofNames).toList();
        int durable = 0;
        int seen = 0;
        for (DiskStep step : done) {
            seen += step.ofNames() ? 1 : 0;
            durable = step instanceof SyncFolder ? seen : durable;
        }
        for (int count = durable; count <= names.size(); count++) {
            for (Unsynced fate : Unsynced.values()) {
                all.add(of(
                        "power cut after step " + at + ", " + count + " of " + names.size() + " names, octets " + fate,
                        done,
                        names.subList(0, count),
                        contents(done, fate)));
            }
        }
    }

    private static Crash of(String what, List<DiskStep> done, List<DiskStep> names, Map<Integer, byte[]> octets) {
        int kept = (int)
                done.stream().filter(s -> s instanceof Mark mark && mark.kept()).count();
        int begun = (int) done.stream()
                .filter(s -> s instanceof Mark mark && !mark.kept())
                .count();
        return new Crash(what, begun, kept, List.copyOf(names), octets);
    }

    private static Map<Integer, byte[]> contents(List<DiskStep> done, Unsynced fate) {
        Map<Integer, byte[]> written = new HashMap<>();
        Map<Integer, byte[]> synced = new HashMap<>();
        for (DiskStep step : done) {
            switch (step) {
                case Write write -> written.merge(write.file(), put(new byte[0], write), (was, _) -> put(was, write));
                case Truncate cut -> written.merge(cut.file(), new byte[0], (was, _) -> shortened(was, cut.size()));
                case Sync sync -> synced.put(sync.file(), written.getOrDefault(sync.file(), new byte[0]));
                default -> {
                    // names, and what was promised
                }
            }
        }
        Map<Integer, byte[]> contents = new HashMap<>();
        written.forEach((file, now) -> contents.put(file, left(synced.get(file), now, fate)));
        return contents;
    }

    private static byte[] left(byte[] synced, byte[] now, Unsynced fate) {
        if (synced != null && Arrays.equals(synced, now)) {
            return now;
        }
        return switch (fate) {
            case THERE -> now;
            case LOST -> synced == null ? new byte[0] : synced;
            case HALF -> Arrays.copyOf(now, now.length / 2);
            case ZEROS -> new byte[now.length];
        };
    }

    private static byte[] put(byte[] was, Write write) {
        int at = Math.toIntExact(write.at());
        byte[] now = Arrays.copyOf(was, Math.max(was.length, at + write.octets().length));
        System.arraycopy(write.octets(), 0, now, at, write.octets().length);
        return now;
    }

    private static byte[] shortened(byte[] was, long size) {
        return size < was.length ? Arrays.copyOf(was, Math.toIntExact(size)) : was;
    }

    /** What is to be seen of it: every path with what stands there. */
    private Map<String, Object> picture() {
        Map<String, Object> picture = new TreeMap<>();
        there().forEach((path, step) -> picture.put(
                path,
                step instanceof Create(String _, int file)
                        ? new String(octets.getOrDefault(file, new byte[0]), StandardCharsets.ISO_8859_1)
                        : step));
        return picture;
    }

    /** What the names lead to, a folder before what is in it. */
    private Map<String, DiskStep> there() {
        Map<String, DiskStep> there = new TreeMap<>();
        for (DiskStep step : names) {
            switch (step) {
                case MakeFolder(String path) -> there.put(path, step);
                case Create(String path, int _) -> there.put(path, step);
                case MakeLink(String path, String _) -> there.put(path, step);
                case Delete(String path) -> there.remove(path);
                case Rename(String from, String to) -> there.put(to, there.remove(from));
                default -> throw new IllegalStateException("not a name: " + step);
            }
        }
        return there;
    }

    /** Makes it so, in a folder that is emptied before. */
    public void layOut(Path folder) throws IOException {
        DiskRecorder.empty(folder);
        for (Map.Entry<String, DiskStep> entry : there().entrySet()) {
            Path path = folder.resolve(entry.getKey());
            switch (entry.getValue()) {
                case MakeFolder _ -> Files.createDirectories(path);
                case MakeLink(String _, String target) -> Files.createSymbolicLink(path, Path.of(target));
                case Create(String _, int file) -> Files.write(path, octets.getOrDefault(file, new byte[0]));
                default -> throw new IllegalStateException("not there: " + entry);
            }
        }
    }

    @Override
    public String toString() {
        return what + " (" + kept + " of " + begun + " promises made)";
    }
}
