package io.sluice.blackbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What the far end answers. HTTP at 80: {@code /bytes?COUNT} sends that many octets of {@link #octets}, {@code POST /digest} answers with the SHA-256 of
 * the body, {@code /git/} has files. UDP at {@link #UDP_ECHO}; {@link #HALF_CLOSE} reads to the end, then answers; {@link #RESET} answers an octet by a reset.
 */
final class FarServices implements AutoCloseable {

    static final int UDP_ECHO = 7;
    static final int HALF_CLOSE = 8001;
    static final int RESET = 8002;
    static final int CLOSED = 8003;

    private final NetworkNamespace far;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer http;
    private final List<DatagramSocket> echoes = new ArrayList<>();
    private final ServerSocket halfClose;
    private final ServerSocket reset;
    private final Path files;
    private final BlockingQueue<String> ends = new ArrayBlockingQueue<>(16);

    FarServices(NetworkNamespace far, Path folder) throws Exception {
        this.far = far;
        files = Files.createDirectories(folder.resolve("files"));
        http = far.call(() -> HttpServer.create(new InetSocketAddress(80), 128));
        http.createContext("/bytes", this::bytes);
        http.createContext("/digest", FarServices::digest);
        http.createContext("/git", this::file);
        http.setExecutor(threads);
        http.start();
        for (String address : List.of(GatewayLab.FAR4, GatewayLab.FAR6)) {
            // Of each its own: an answer is to come from where the question went.
            DatagramSocket echo = far.call(() -> new DatagramSocket(UDP_ECHO, InetAddress.ofLiteral(address)));
            echoes.add(echo);
            threads.execute(() -> echo(echo));
        }
        halfClose = far.call(() -> new ServerSocket(HALF_CLOSE));
        threads.execute(() -> accept(halfClose, FarServices::answerBehindTheEnd));
        reset = far.call(() -> new ServerSocket(RESET));
        threads.execute(() -> accept(reset, this::reset));
    }

    /** A program at the far end, ended with the namespace. */
    Process start(Path output, String... command) throws IOException {
        return far.start(output, command);
    }

    NetworkNamespace namespace() {
        return far;
    }

    /** Where {@code /git/} is. */
    Path files() {
        return files;
    }

    /** How connections to {@link #RESET} ended that the client was to reset. */
    BlockingQueue<String> ends() {
        return ends;
    }

    /** Octets that show where they are from. */
    static byte[] octets(int count) {
        byte[] octets = new byte[count];
        new Random(count).nextBytes(octets);
        return octets;
    }

    static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void bytes(HttpExchange exchange) throws IOException {
        byte[] body = octets(Integer.parseInt(exchange.getRequestURI().getQuery()));
        exchange.sendResponseHeaders(200, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static void digest(HttpExchange exchange) throws IOException {
        byte[] answer = sha256(exchange.getRequestBody().readAllBytes()).getBytes();
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private void file(HttpExchange exchange) throws IOException {
        Path file = files.resolve(exchange.getRequestURI().getPath().substring("/git/".length()))
                .normalize();
        if (!file.startsWith(files) || !Files.isRegularFile(file)) {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
            return;
        }
        exchange.sendResponseHeaders(200, Math.max(Files.size(file), 0) == 0 ? -1 : Files.size(file));
        try (OutputStream out = exchange.getResponseBody()) {
            Files.copy(file, out);
        }
    }

    private static void echo(DatagramSocket echo) {
        byte[] memory = new byte[65_535];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(memory, memory.length);
                echo.receive(packet);
                echo.send(packet);
            }
        } catch (IOException e) {
            // closed
        }
    }

    private interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    private void accept(ServerSocket listener, Conversation conversation) {
        try {
            while (true) {
                Socket socket = listener.accept();
                threads.execute(() -> {
                    try (socket) {
                        conversation.hold(socket);
                    } catch (IOException e) {
                        ends.offer(String.valueOf(e.getMessage()));
                    }
                });
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** Says how much came, and then a megabyte: all of it after the client has ended its side. */
    private static void answerBehindTheEnd(Socket socket) throws IOException {
        byte[] all = socket.getInputStream().readAllBytes();
        socket.getOutputStream().write((sha256(all) + "\n").getBytes());
        socket.getOutputStream().write(octets(1 << 20));
    }

    private void reset(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        int first = in.read();
        if (first == 'r') {
            socket.setSoLinger(true, 0); // closing sends a reset
            return;
        }
        socket.getOutputStream().write(first);
        try {
            ends.offer(in.read() < 0 ? "end" : "data");
        } catch (SocketException e) {
            ends.offer("reset");
        }
    }

    @Override
    public void close() {
        http.stop(0);
        echoes.forEach(DatagramSocket::close);
        try {
            halfClose.close();
            reset.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
