package io.sluice.blackbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end. Its output goes through files: a daemon that it leaves behind holds no pipe of ours open. */
final class Command {

    /** Ten times what the slowest command, a start on a busy machine, has taken. */
    private static final long PATIENCE_SECONDS = 240;

    private Command() {}

    static Answer run(Map<String, String> environment, List<String> words) {
        try {
            Path out = Files.createTempFile("sluice-blackbox", ".out");
            Path err = Files.createTempFile("sluice-blackbox", ".err");
            try {
                Process process = builder(environment, words)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(String.join(" ", words) + " did not end in " + PATIENCE_SECONDS
                            + " s; it said: " + Files.readString(out) + Files.readString(err));
                }
                return new Answer(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", words), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(String.join(" ", words) + " was interrupted", e);
        }
    }

    /** Starts a program that goes on; the caller ends it. */
    static Process start(Map<String, String> environment, Path output, List<String> words) throws IOException {
        return builder(environment, words)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private static ProcessBuilder builder(Map<String, String> environment, List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        return builder;
    }
}
