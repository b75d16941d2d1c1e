package io.sluice.bench;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What proc(5) tells of processes and of the machine. */
final class SystemFiles {

    /** USER_HZ, which is 100 on every Linux that Java runs on. */
    private static final double TICKS = 100;

    private static final Path PROC = Path.of("/proc");

    private SystemFiles() {}

    /** Seconds of user and system time of a process and its descendants so far. */
    static double cpuSeconds(ProcessHandle root) {
        return ticks(root) / TICKS
                + root.descendants().mapToLong(SystemFiles::ticks).sum() / TICKS;
    }

    private static long ticks(ProcessHandle process) {
        String[] fields = stat(process.pid());
        return fields.length < 13 ? 0 : Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    /** The fields of {@code /proc/PID/stat} behind the name; none where the process has gone. */
    private static String[] stat(long pid) {
        try {
            String text = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            return text.substring(text.lastIndexOf(')') + 2).split(" ");
        } catch (IOException e) {
            return new String[0];
        }
    }

    /** Resident memory of a process and its descendants. */
    static double residentMib(ProcessHandle root) {
        return Stream.concat(Stream.of(root), root.descendants())
                        .mapToLong(process -> status(process.pid(), "VmRSS:"))
                        .sum()
                / 1024.0;
    }

    private static long status(long pid, String name) {
        try (Stream<String> lines = Files.lines(PROC.resolve(Long.toString(pid)).resolve("status"))) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0;
        }
    }

    /** Seconds that the machine's processors were busy so far, all together. */
    static double machineSeconds() {
        try (Stream<String> lines = Files.lines(PROC.resolve("stat"))) {
            String[] f = lines.findFirst().orElseThrow().trim().split(" +");
            long busy = 0;
            for (int i = 1; i <= 8; i++) {
                busy += i == 4 || i == 5 ? 0 : Long.parseLong(f[i]); // without idle and iowait
            }
            return busy / TICKS;
        } catch (IOException e) {
            throw new IllegalStateException("/proc/stat", e);
        }
    }

    /** CPU time so far of every process that is neither this one nor in a namespace that it has made: of whatever is not being measured. */
    static Map<Long, Long> foreignTicks() {
        Map<Long, Long> found = new HashMap<>();
        long self = ProcessHandle.current().pid();
        Set<String> ours = namespacesOf(self);
        ProcessHandle.allProcesses().filter(process -> process.pid() != self).forEach(process -> {
            if (!ours.contains(namespace(process.pid())) && !isKernelThread(process.pid())) {
                found.put(process.pid(), ticks(process));
            }
        });
        return found;
    }

    /** Cores that others used between two looks at them. */
    static double foreignCores(Map<Long, Long> before, Map<Long, Long> after, double seconds) {
        long used = after.entrySet().stream()
                .mapToLong(entry -> Math.max(0, entry.getValue() - before.getOrDefault(entry.getKey(), 0L)))
                .sum();
        return used / TICKS / seconds;
    }

    private static boolean isKernelThread(long pid) {
        String[] fields = stat(pid);
        return fields.length < 2 || fields[1].equals("2") || pid == 2;
    }

    /** {@code net:[4026531840]}, as proc(5) has it; empty where the process has gone. */
    private static String namespace(long pid) {
        try {
            return Files.readSymbolicLink(PROC.resolve(Long.toString(pid)).resolve("ns/net"))
                    .toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** Those of the test kit, which have the process in their names. */
    private static Set<String> namespacesOf(long pid) {
        Set<String> found = new HashSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/run/netns"), "sluice-" + pid + "-*")) {
            for (Path file : all) {
                found.add("net:[" + Files.getAttribute(file, "unix:ino") + "]");
            }
        } catch (IOException e) {
            throw new IllegalStateException("/run/netns", e);
        }
        return found;
    }

    static boolean isInterface(String name) {
        try {
            return NetworkInterface.getByName(name) != null;
        } catch (SocketException e) {
            return false;
        }
    }
}
