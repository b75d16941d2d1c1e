package io.sluice.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a process that has ended left behind: why it may have. */
final class LastWords {

    /** Of the end of what it wrote to its terminal, in characters. */
    private static final int TAIL = 400;

    /** Of a control group of version 1 or 2. */
    private static final List<String> EVENTS =
            List.of("memory.events", "memory.oom_control", "memory.failcnt", "pids.events", "pids.max");

    private LastWords() {}

    /**
     * In one sentence.
     *
     * @param folder with its {@code console.log} and its {@code log}
     * @param console the terminal that it ran at
     * @param members the list of its control group
     */
    static String of(Path folder, Optional<Process> console, Optional<Path> members) {
        List<String> words = new ArrayList<>();
        words.add(console.map(LastWords::status).orElse("no terminal"));
        words.add("said \"" + tail(folder.resolve("console.log")) + "\"");
        words.addAll(crashes(folder.resolve("log")));
        members.map(Path::getParent)
                .ifPresent(group -> EVENTS.stream()
                        .map(group::resolve)
                        .filter(Files::exists)
                        .forEach(file -> words.add(file.getFileName() + " " + tail(file))));
        return String.join(", ", words);
    }

    /** The terminal's program ends with what the process ended with, a moment after it. */
    private static String status(Process console) {
        try {
            return console.waitFor(1, TimeUnit.SECONDS) ? "exit status " + console.exitValue() : "exit status unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "exit status unknown";
        }
    }

    private static String tail(Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .replaceAll("\\p{Cntrl}+", " ")
                    .strip();
            return text.substring(Math.max(0, text.length() - TAIL));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** What the virtual machine writes when it crashes. */
    private static List<String> crashes(Path log) {
        try (Stream<Path> files = Files.list(log)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("jvm-crash-"))
                    .toList();
        } catch (IOException e) {
            return List.of(e.toString());
        }
    }
}
