package io.sluice.shell.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Sends one command and prints its answer as it comes. {@code SocketClient SOCKET WORD...} */
public final class SocketClient {

    private static final int UNREACHABLE = 5;

    private SocketClient() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        if (args.length < 2) {
            System.err.println("usage: SocketClient SOCKET WORD...");
            return 2;
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(args[0]))) {
            byte[] body = form(args).getBytes(StandardCharsets.US_ASCII);
            String head = "POST /run HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                    + body.length + "\r\n\r\n";
            send(channel, head.getBytes(StandardCharsets.US_ASCII));
            send(channel, body);
            return answer(new BufferedInputStream(Channels.newInputStream(channel)));
        } catch (IOException e) {
            System.err.println(
                    "sluice: no appliance answers at " + args[0] + " (" + e.getMessage() + "). Start it: sluice run");
            return UNREACHABLE;
        }
    }

    private static void send(SocketChannel channel, byte[] octets) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static String form(String[] args) throws IOException {
        boolean terminal = System.console() != null && System.console().isTerminal();
        StringBuilder form = new StringBuilder();
        boolean pipes = false;
        for (int i = 1; i < args.length; i++) {
            field(form, "a", args[i]);
            pipes |= args[i].equals("-");
        }
        field(form, "cwd", System.getProperty("user.dir"));
        field(form, "tty", terminal ? "1" : "0");
        field(form, "colour", terminal && System.getenv("NO_COLOR") == null ? "1" : "0");
        if (pipes) {
            field(form, "stdin", new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return form.toString();
    }

    private static void field(StringBuilder form, String name, String value) {
        form.append(form.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    private static int answer(InputStream in) throws IOException {
        String status = line(in);
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            // the protocol is known; its headers say nothing new
        }
        if (!status.startsWith("HTTP/1.1 200")) {
            System.err.print("sluice: " + new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return status.startsWith("HTTP/1.1 403") ? 4 : 1;
        }
        for (int size = chunk(in); size > 0; size = chunk(in)) {
            System.out.write(in.readNBytes(size));
            System.out.flush();
            line(in);
        }
        int exit = UNREACHABLE;
        for (String trailer = line(in); !trailer.isEmpty(); trailer = line(in)) {
            int colon = trailer.indexOf(": ");
            if (trailer.startsWith("Sluice-Error")) {
                System.err.println("sluice: " + trailer.substring(colon + 2));
            } else if (trailer.startsWith("Sluice-Exit")) {
                exit = Integer.parseInt(trailer.substring(colon + 2));
            }
        }
        return exit;
    }

    private static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the appliance went away");
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }
}
