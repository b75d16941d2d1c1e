package io.sluice.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A control group of the kernel's for memory, in which the out-of-memory killer can be made to take the appliance. Of version 1, or 2 with that controller. */
final class MemoryGroup implements AutoCloseable {

    private static final int ROOM = 4 << 20;

    private final Path folder;
    private final String limit;
    private final String usage;

    private MemoryGroup(Path folder, String limit, String usage) {
        this.folder = folder;
        this.limit = limit;
        this.usage = usage;
    }

    /** Empty where the kernel has none for us. */
    static Optional<MemoryGroup> create(String name) {
        for (MemoryGroup group : List.of(
                new MemoryGroup(
                        Path.of("/sys/fs/cgroup/memory", name), "memory.limit_in_bytes", "memory.usage_in_bytes"),
                new MemoryGroup(Path.of("/sys/fs/cgroup", name), "memory.max", "memory.current"))) {
            try {
                if (!Files.isDirectory(group.folder.getParent())) {
                    continue;
                }
                Files.createDirectory(group.folder);
                if (Files.exists(group.folder.resolve(group.limit))) {
                    return Optional.of(group);
                }
                Files.delete(group.folder);
            } catch (IOException e) {
                continue; // read-only, or another's
            }
        }
        return Optional.empty();
    }

    /** The file by which a process joins. */
    Path members() {
        return folder.resolve("cgroup.procs");
    }

    /**
     * Leaves the group a little room, and fills it with another process, which the killer spares. That one wants all that the group may have,
     * for the kernel first gives back what files have left in memory.
     */
    void exhaust(ProcessHandle victim) throws IOException {
        long now = Long.parseLong(Files.readString(folder.resolve(usage)).strip());
        String most = Long.toString(now + ROOM);
        // proc(5): 1000 is taken before every other. To lower one's own would need a right that containers do not have.
        Files.writeString(Path.of("/proc/" + victim.pid() + "/oom_score_adj"), "1000");
        write(limit, most);
        Process hog = new ProcessBuilder(
                        "sh",
                        "-c",
                        "echo $$ > " + members() + "; head -c " + most + " /dev/zero | tail -c " + most
                                + " > /dev/null")
                .start();
        try {
            Waiting.until("the out-of-memory killer", () -> !victim.isAlive());
        } finally {
            hog.descendants().forEach(ProcessHandle::destroyForcibly);
            hog.destroyForcibly();
            unlimited();
        }
    }

    private void unlimited() throws IOException {
        write(limit, limit.equals("memory.max") ? "max" : "-1");
    }

    private void write(String file, String value) throws IOException {
        Files.writeString(folder.resolve(file), value);
    }

    @Override
    public void close() {
        try {
            Waiting.within(Duration.ofSeconds(30), () -> {
                List<String> members = Files.readAllLines(members());
                members.forEach(pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly));
                return members.isEmpty();
            });
            Files.delete(folder);
        } catch (IOException e) {
            throw new IllegalStateException("the control group " + folder + " stays", e);
        }
    }
}
