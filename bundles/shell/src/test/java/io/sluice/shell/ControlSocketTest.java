package io.sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.shell.client.SocketClient;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Verb;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {

    @TempDir
    private Path directory;

    private final CountDownLatch streaming = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private ControlSocket socket;
    private Path run;

    @BeforeEach
    void open() throws IOException {
        run = directory.resolve("run");
        List<CommandScope> scopes = new ArrayList<>(CommandsTest.scopes(new FixedRooms()));
        scopes.add(endless());
        socket = new ControlSocket(run, scopes);
    }

    @AfterEach
    void close() throws IOException {
        socket.stop();
    }

    private CommandScope endless() {
        return new CommandScope() {
            @Override
            public String name() {
                return "endless";
            }

            @Override
            public String summary() {
                return "";
            }

            @Override
            public List<Verb> verbs() {
                return List.of(Verb.named("tick", "").streams().runs(call -> {
                    try {
                        call.line("tick");
                        call.session().out().flush();
                        streaming.countDown();
                        call.session().pause().of(Duration.ofHours(1));
                    } finally {
                        ended.countDown();
                    }
                }));
            }
        };
    }

    private record Answer(int exit, String out, String error) {}

    private Answer shell(boolean curl, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "src/main/sh/sluice-client"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SLUICE_SOCKET", socket.path().toString());
        builder.environment().put("SLUICE_JAVA", System.getProperty("java.home") + "/bin/java");
        builder.environment().put("SLUICE_CLIENT_JAR", "target/classes");
        if (!curl) {
            builder.environment().put("SLUICE_NO_CURL", "1");
        }
        Process process = builder.start();
        try (OutputStream input = process.getOutputStream()) {
            input.write("{} bad".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The client may have ended without reading its input; its exit status is what counts.
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String error = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Answer(process.exitValue(), out, error);
    }

    private String raw(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket.path()))) {
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void bothClients_giveOutputErrorsAndExitStatus() throws Exception {
        for (boolean curl : new boolean[] {true, false}) {
            Answer status = shell(curl, "status");
            assertThat(status).as("curl %s", curl).extracting(Answer::exit).isEqualTo(0);
            assertThat(status.out()).startsWith("○ OFF");
            assertThat(status.error()).isEmpty();
            Answer wrong = shell(curl, "flow", "lst");
            assertThat(wrong.exit()).isEqualTo(2);
            assertThat(wrong.out()).isEmpty();
            assertThat(wrong.error())
                    .isEqualTo("sluice: flow has no verb 'lst' (did you mean list?). Try: sluice help flow\n");
            assertThat(shell(curl, "rule", "test", "a b&c=%d\n\"$(id)").error()).doesNotContain("uid=");
        }
    }

    @Test
    void pipedText_reachesTheCommand() throws Exception {
        socket.stop();
        FixedRooms rooms = new FixedRooms();
        rooms.config = new FixedRooms.Store();
        socket = new ControlSocket(run, CommandsTest.scopes(rooms));
        for (boolean curl : new boolean[] {true, false}) {
            Answer answer = shell(curl, "conf", "check", "-");
            assertThat(answer.exit()).as(answer.toString()).isEqualTo(23);
            assertThat(answer.out()).startsWith("-:1:4: error SL1203");
        }
    }

    @Test
    void noAppliance_endsWith5() throws Exception {
        socket.stop();
        assertThat(shell(true, "status").exit()).isEqualTo(5);
    }

    @Test
    void place_isForTheOwnerOnly() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(run)))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.path())))
                .isEqualTo("rw-------");
        socket.stop();
        assertThat(run).isEmptyDirectory();
    }

    @Test
    void staleSocket_isReplaced_liveOneIsNot() throws Exception {
        assertThatThrownBy(() -> new ControlSocket(run, List.of())).hasMessageContaining("another appliance serves");
        socket.stop();
        ServerSocketChannel crashed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        crashed.bind(UnixDomainSocketAddress.of(socket.path()));
        crashed.close();
        assertThat(socket.path()).exists();
        socket = new ControlSocket(run, CommandsTest.scopes(new FixedRooms()));
        assertThat(shell(true, "status").exit()).isZero();
    }

    @Test
    void symbolicLinks_areRefused() throws Exception {
        socket.stop();
        Path victim = Files.writeString(directory.resolve("victim"), "x");
        Files.createSymbolicLink(run.resolve(SocketFile.NAME), victim);
        assertThatThrownBy(() -> new ControlSocket(run, List.of())).hasMessageContaining("is not a socket");
        Path link = Files.createSymbolicLink(directory.resolve("link"), run);
        assertThatThrownBy(() -> new ControlSocket(link, List.of())).hasMessageContaining("symbolic link");
        assertThat(victim).hasContent("x");
    }

    @Test
    void clientThatGoesAway_endsItsStream() throws Exception {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket.path()))) {
            String body = "a=endless&a=tick";
            channel.write(ByteBuffer.wrap(
                    ("POST /run HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                                    + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII)));
            assertThat(streaming.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void strangeRequests_areTurnedAway() throws Exception {
        String form = "Content-Type: application/x-www-form-urlencoded\r\n";
        for (String request : List.of(
                "GET / HTTP/1.1\r\n\r\n",
                "\r\n\r\n",
                "POST /run HTTP/1.1\r\n\r\n",
                "POST /run HTTP/1.1\r\n" + form + "Content-Length: -1\r\n\r\n",
                "POST /run HTTP/1.1\r\n" + form + "Content-Length: 999999999\r\n\r\n",
                "POST /run HTTP/1.1\r\n" + form + "Content-Length: 4\r\n\r\na=%z",
                "POST /run HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /run HTTP/1.1\r\nX: " + "x".repeat(9_000) + "\r\n\r\n")) {
            assertThat(raw(request)).as(request).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void clientClass_needsTheJdkOnly() throws Exception {
        byte[] bytes =
                SocketClient.class.getResourceAsStream("SocketClient.class").readAllBytes();
        String constants = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(constants).doesNotContain("org/osgi", "org/slf4j", "io/sluice/view");
    }
}
