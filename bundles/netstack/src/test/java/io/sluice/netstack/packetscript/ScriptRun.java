package io.sluice.netstack.packetscript;

import io.sluice.netstack.engine.tcp.ConnectionView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plays one script. */
final class ScriptRun {

    /** Real time; a script takes a fraction of a second. */
    private static final int PATIENCE_SECONDS = 60;

    private static final int MAX_LINES = 6;
    /** Flags of a segment the stack is to send. */
    private static final Pattern OUTBOUND =
            Pattern.compile("(?m)^([^/`\\n]*?>\\s+(?:\\[[\\w,]*\\]\\s+)?)([SFRPEWA.]+)(\\s)");

    private static final Pattern NOT_COMPARED = Pattern.compile("(?m)^not compared: (.*)$");

    /** @param note why it failed, or what of it could not be compared */
    record Outcome(boolean passed, String note) {}

    private final Path packetdrill;
    private final Path shim;
    private final Path code;
    private final Path work;

    /**
     * @param shim {@code shim.c}, compiled
     * @param code {@code asserts.py}
     * @param work a folder for files of the run
     */
    ScriptRun(Path packetdrill, Path shim, Path code, Path work) {
        this.packetdrill = packetdrill;
        this.shim = shim;
        this.code = code;
        this.work = work;
    }

    Outcome play(Path script) throws IOException, InterruptedException {
        Path copy = work.resolve("script.pkt");
        Files.writeString(copy, withoutPush(Files.readString(script)));
        Path output = work.resolve("output");
        Path socket = work.resolve("harness.sock");
        ScriptHost host =
                new ScriptHost(new HostSettings(script.toAbsolutePath().getParent()));
        try (ShimServer server = new ShimServer(socket, host)) {
            String run = "python3 " + code;
            ProcessBuilder builder = new ProcessBuilder(
                    List.of(packetdrill.toString(), "--so_filename=" + shim, "--code_command=" + run, copy.toString()));
            builder.environment().put("LD_PRELOAD", shim.toString());
            builder.environment().put("SLUICE_PACKET_SCRIPT", socket.toString());
            builder.environment().put("SLUICE_PACKET_SCRIPT_CODE", run);
            builder.environment().put("SLUICE_PACKET_SCRIPT_KNOWN", String.join(",", ConnectionView.MEMBERS));
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly().waitFor();
            String said =
                    Files.readString(output).replace(copy.toString(), "line").strip();
            // Who is killed leaves the harness with half a conversation: that is the script's failure.
            if (ended && server.failure() != null) {
                throw new IOException(script + " broke the engine or the harness: " + said, server.failure());
            }
            return outcome(ended, process.exitValue(), said);
        }
    }

    private static Outcome outcome(boolean ended, int exit, String said) {
        if (!ended) {
            return new Outcome(false, "hung: " + said);
        }
        Matcher skipped = NOT_COMPARED.matcher(said);
        return exit == 0
                ? new Outcome(true, skipped.find() ? "without " + skipped.group(1) : "")
                : new Outcome(false, said.isEmpty() ? "exit code " + exit : shortened(said));
    }

    private static String shortened(String said) {
        List<String> lines = said.lines().toList();
        int from = Math.max(0, lines.size() - MAX_LINES);
        return String.join("\n", lines.subList(from, lines.size()));
    }

    /** See the package: PSH is not compared. */
    static String withoutPush(String script) {
        return OUTBOUND.matcher(script).replaceAll(found -> {
            String flags = found.group(2).replace("P", "");
            return Matcher.quoteReplacement(found.group(1) + (flags.isEmpty() ? "-" : flags) + found.group(3));
        });
    }
}
