package io.sluice.console.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell in a real framework: Gogo, the socket, and what the appliance says of what is missing. */
class ShellTest {

    private static final Path CLIENT =
            Path.of("../../bundles/shell/src/main/sh/sluice-client").toAbsolutePath();

    @TempDir
    private static Path directory;

    private static PaperBox box;

    @BeforeAll
    static void start() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        box = new PaperBox(directory, port, false);
        PaperBox.await("the socket", () -> box.socket().toFile().exists());
    }

    @AfterAll
    static void stop() throws Exception {
        box.close();
    }

    private record Answer(int exit, String out, String error) {}

    private static Answer sluice(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", CLIENT.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SLUICE_SOCKET", box.socket().toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Answer(process.exitValue(), out, error);
    }

    @Test
    void gogo_runsTheSameCommands() throws Exception {
        CommandProcessor processor = box.service(CommandProcessor.class);
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        java.io.PrintStream out = new java.io.PrintStream(bytes, true, StandardCharsets.UTF_8);
        try (CommandSession session = processor.createSession(java.io.InputStream.nullInputStream(), out, out)) {
            session.execute("outbound:list");
            session.execute("sluice:status --json");
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("No outbound is active: nothing can leave.", "\"schema\": \"sluice.status/1\"");
    }

    @Test
    void socket_manyTimesStatus_neverHangs() throws Exception {
        long[] nanos = new long[Integer.getInteger("sluice.test.calls", 100)];
        for (int i = 0; i < nanos.length; i++) {
            long begun = System.nanoTime();
            Answer answer = sluice("status");
            nanos[i] = System.nanoTime() - begun;
            assertThat(answer.exit()).as(answer.error()).isZero();
        }
        Arrays.sort(nanos);
        long p99 = nanos[nanos.length * 99 / 100];
        System.out.printf(
                "sluice status, %d calls: median %.1f ms, p99 %.1f ms, slowest %.1f ms%n",
                nanos.length, nanos[nanos.length / 2] / 1e6, p99 / 1e6, nanos[nanos.length - 1] / 1e6);
    }

    @Test
    void missingProvider_isNamedWithARemedy() throws Exception {
        Answer status = sluice("status");
        assertThat(status.out()).contains("# no policy is active: nothing may leave", "Next: sluice diag");
        box.bundle("org.apache.felix.http.jetty12").stop();
        Answer diag = sluice("diag");
        box.bundle("org.apache.felix.http.jetty12").start();
        assertThat(diag.exit()).isEqualTo(1);
        assertThat(diag.out())
                .contains(
                        "✗ org.apache.felix.http.jetty12",
                        "the bundle is resolved but not started",
                        "Start it: felix:start");
        box.bundle("org.apache.felix.configadmin").stop();
        Answer chain = sluice("diag");
        box.bundle("org.apache.felix.configadmin").start();
        assertThat(chain.out()).contains("io.sluice.rest.FrontDoor: it needs ConfigurationAdmin");
        assertThat(chain.out()).contains("it needs FrontDoor, and its provider io.sluice.rest.FrontDoor is not active");
    }

    @Test
    void foreignCommands_areNotReachable() throws Exception {
        for (String line : List.of("gogo:exec", "felix:stop", "scr:list", "lb", "exit", "shutdown")) {
            Answer answer = sluice(line, "0");
            assertThat(answer.exit()).as(line).isEqualTo(2);
            assertThat(answer.out()).isEmpty();
        }
    }

    @Test
    void console_hasARealTerminal_completesOnTab_andOutlivesItsInput() throws Exception {
        Process process = new ProcessBuilder("python3", "src/test/python/console.py", consoleCommand())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(out).isZero();
    }

    /** Starts a box of its own, on the terminal that the script makes. */
    private static String consoleCommand() {
        return System.getProperty("java.home")
                + "/bin/java --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp "
                + System.getProperty("java.class.path") + " io.sluice.console.itest.PaperBox "
                + directory.resolve("console") + " 0 console";
    }
}
