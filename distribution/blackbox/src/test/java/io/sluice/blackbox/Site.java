package io.sluice.blackbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Two namespaces: the box that an appliance runs in, and a server behind its default route. The server's HTTP is at {@value #SERVER}:
 * {@code /} greets, {@code /stream} sends until the client leaves.
 */
final class Site implements AutoCloseable {

    /** TEST-NET-3, RFC 5737. */
    static final String SERVER = "203.0.113.7";

    /** The server's end of the wire: 198.18.0.0/15 is for tests of networks, RFC 2544. */
    static final String GATEWAY = "198.18.0.2";

    static final String GREETING = "Hello from beyond the box.\n";

    private final NetworkNamespace box = NetworkNamespace.create();
    private final NetworkNamespace server = NetworkNamespace.create();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer http;

    Site() throws Exception {
        box.link("up0", "198.18.0.1/24", server, "lan0", GATEWAY + "/24");
        box.exec("ip", "route", "add", "default", "via", GATEWAY);
        server.exec("ip", "addr", "add", SERVER + "/32", "dev", "lo");
        http = server.call(() -> HttpServer.create(new InetSocketAddress("0.0.0.0", 80), 128));
        http.createContext("/", Site::greet);
        http.createContext("/stream", Site::stream);
        http.setExecutor(threads);
        http.start();
        // Addresses that duplicate address detection still holds back would show up as a change of the host later.
        Await.until(
                "the end of duplicate address detection",
                () -> !box.exec("ip", "-6", "addr").contains("tentative"));
    }

    NetworkNamespace box() {
        return box;
    }

    NetworkNamespace server() {
        return server;
    }

    private static void greet(HttpExchange exchange) throws IOException {
        byte[] greeting = GREETING.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, greeting.length);
        exchange.getResponseBody().write(greeting);
        exchange.close();
    }

    private static void stream(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        byte[] piece = new byte[16 * 1024];
        try (OutputStream body = exchange.getResponseBody()) {
            while (true) {
                body.write(piece);
            }
        } catch (IOException e) {
            exchange.close(); // the client left: the only end there is
        }
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
        box.close();
        server.close();
    }
}
