package io.sluice.dns.linux;

import io.sluice.api.dns.HostDnsException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the host's programs, each as a process of its own, with its arguments as they are and no shell. */
final class Programs {

    /** D-Bus gives up a call after 25 s (sd-bus, DBUS_DEFAULT_TIMEOUT); a resolver that needs a third of it is not at work. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /** Where distributions put them; a service's PATH often lacks the last two. */
    private static final List<String> USUAL = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

    private static final int MOST_SHOWN = 300;

    private final List<Path> folders;

    Programs() {
        this(Stream.concat(
                        Arrays.stream(String.valueOf(System.getenv("PATH")).split(File.pathSeparator)), USUAL.stream())
                .filter(folder -> folder.startsWith("/"))
                .map(Path::of)
                .toList());
    }

    Programs(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /** What a program did. */
    record Answer(int exit, String said) {}

    Optional<Path> find(String name) {
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** What it printed; anything but exit status 0 is an error with its words. */
    String run(String input, String... words) throws HostDnsException {
        Answer answer = tryRun(input, words);
        if (answer.exit() != 0) {
            String said = answer.said().strip();
            throw new HostDnsException("'" + words[0] + "' ended with " + answer.exit() + " and says: "
                    + (said.length() > MOST_SHOWN ? said.substring(0, MOST_SHOWN) + "…" : said));
        }
        return answer.said();
    }

    Answer tryRun(String input, String... words) throws HostDnsException {
        Path program = find(words[0])
                .orElseThrow(() -> new HostDnsException("there is no program '" + words[0] + "' on this host"));
        List<String> command = new ArrayList<>(List.of(words));
        command.set(0, program.toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
        builder.environment().put("LC_ALL", "C");
        Path output = null;
        try {
            // A file, not a pipe, so that nobody waits for anybody.
            output = Files.createTempFile("sluice-dns", ".out");
            Process process = builder.redirectOutput(output.toFile()).start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading everything; its exit status and words say why.
                process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new HostDnsException("'" + words[0] + "' did not end in " + PATIENCE.toSeconds() + " s");
            }
            return new Answer(process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostDnsException("interrupted while '" + words[0] + "' was at work", e);
        } catch (IOException e) {
            throw new HostDnsException("'" + words[0] + "' cannot be run: " + e.getMessage(), e);
        } finally {
            delete(output);
        }
    }

    private static void delete(Path output) {
        try {
            if (output != null) {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            output.toFile().deleteOnExit();
        }
    }
}
