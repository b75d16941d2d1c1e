package io.sluice.shell;

import io.sluice.shell.engine.ChunkedAnswer;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandRequest;
import io.sluice.shell.engine.Commands;
import io.sluice.shell.engine.ExitCode;
import io.sluice.shell.engine.Session;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command over the socket. The session's thread runs the command; a second one waits for the client to go away, which interrupts a
 * streaming command; a third closes the channel when a deadline has passed.
 */
final class SocketSession {

    /** A client on the same machine sends its request at once. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

    /** Longer than the longest command: a start waits for its steps, an apply for its components. */
    private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(5);

    /** A watch that nobody ended in half a day was forgotten. */
    private static final Duration STREAM_TIMEOUT = Duration.ofHours(12);

    private static final int MIN_COLUMNS = 20;
    private static final int MAX_COLUMNS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(SocketSession.class);

    private final SocketChannel channel;

    SocketSession(SocketChannel channel) {
        this.channel = channel;
    }

    void refuse(int status, String sentence) throws IOException {
        byte[] body = (sentence + "\n").getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + " Refused\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                + body.length + "\r\nConnection: close\r\n\r\n";
        OutputStream out = Channels.newOutputStream(channel);
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        channel.shutdownOutput();
        // A unix socket closed over unread octets resets its peer (unix(7)), who would then miss the answer.
        try (Deadline draining = new Deadline(REQUEST_TIMEOUT)) {
            Channels.newInputStream(channel).skip(CommandRequest.MAX_BODY);
        }
    }

    void run(Commands commands) throws IOException {
        CommandRequest request;
        try (Deadline reading = new Deadline(REQUEST_TIMEOUT)) {
            request = CommandRequest.read(new java.io.BufferedInputStream(Channels.newInputStream(channel)));
        } catch (CommandRequest.Malformed e) {
            refuse(400, e.getMessage());
            return;
        }
        ChunkedAnswer answer = new ChunkedAnswer(Channels.newOutputStream(channel));
        PrintStream out = new PrintStream(answer, false, StandardCharsets.UTF_8);
        try {
            Commands.Found found = commands.find(request.words());
            boolean streams = found.verb().streaming();
            LOG.debug("{} from the socket", found.command());
            Thread self = Thread.currentThread();
            Thread.ofVirtual().name("sluice-shell-hangup").start(() -> awaitHangUp(streams ? self : null));
            ExitCode exit;
            try (Deadline running = new Deadline(streams ? STREAM_TIMEOUT : COMMAND_TIMEOUT)) {
                exit = commands.run(found, session(request, out));
            }
            out.flush();
            answer.end(exit, List.of());
        } catch (CommandFailure e) {
            out.flush();
            answer.end(e.code(), e.getMessage().lines().toList());
        } catch (InterruptedException e) {
            answer.end(ExitCode.INTERRUPTED, List.of());
        } catch (RuntimeException e) { // a provider failed in a way its contract does not name
            LOG.error("the command {} failed", request.words().stream().limit(2).toList(), e);
            out.flush();
            answer.end(ExitCode.FAILED, List.of("The command failed inside the appliance; its log says how: " + e));
        }
    }

    private static Session session(CommandRequest request, PrintStream out) throws CommandFailure {
        Map<String, String> fields = request.fields();
        InputStream in =
                new ByteArrayInputStream(fields.getOrDefault("stdin", "").getBytes(StandardCharsets.UTF_8));
        return new Session(
                out,
                in,
                fields.getOrDefault("tty", "0").equals("1"),
                fields.getOrDefault("colour", "0").equals("1"),
                columns(fields.getOrDefault("columns", "80")),
                directory(fields.getOrDefault("cwd", "/")),
                "shell",
                Clock.systemUTC(),
                Thread::sleep);
    }

    private static Path directory(String text) throws CommandFailure {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new CommandFailure(ExitCode.USAGE, "The caller's directory is no path: " + e.getReason() + ".");
        }
    }

    private static int columns(String text) {
        try {
            return Math.clamp(Integer.parseInt(text), MIN_COLUMNS, MAX_COLUMNS);
        } catch (NumberFormatException e) {
            return 80;
        }
    }

    /** Returns when the client has closed its end; nothing else is expected from it. */
    private void awaitHangUp(Thread command) {
        try {
            ByteBuffer ignored = ByteBuffer.allocate(64);
            while (channel.read(ignored) >= 0) {
                ignored.clear();
            }
            channel.close();
        } catch (IOException e) {
            LOG.trace("the session's channel closed", e);
        }
        if (command != null) {
            command.interrupt();
        }
    }

    /** Closes the channel when the time is over; closing the deadline first calls it off. */
    private final class Deadline implements AutoCloseable {

        private final Thread watch;

        Deadline(Duration time) {
            watch = Thread.ofVirtual().name("sluice-shell-deadline").start(() -> {
                try {
                    Thread.sleep(time);
                    channel.close();
                } catch (InterruptedException e) {
                    return; // in time
                } catch (IOException e) {
                    LOG.trace("the session's channel closed", e);
                }
            });
        }

        @Override
        public void close() {
            watch.interrupt();
        }
    }
}
