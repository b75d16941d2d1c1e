package io.sluice.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Takes the proxy server's place: it accepts every connection, and says nothing, or says what it should one octet a second. */
final class FalseProxy implements AutoCloseable {

    /** RFC 1928 §3, RFC 1929 §2: user and password, accepted. */
    private static final byte[] WORDS = {5, 2, 1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0};

    private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();
    private final List<ServerSocket> servers;

    FalseProxy(Lab lab, boolean slow) {
        servers = List.of(Places.RELAY4, Places.OTHER_RELAY4).stream()
                .map(address -> Lab.onThread(lab.relay, () -> {
                    ServerSocket server = new ServerSocket();
                    server.setReuseAddress(true);
                    server.bind(new InetSocketAddress(address, Places.RELAY_PORT), 512);
                    return server;
                }))
                .toList();
        servers.forEach(
                server -> Thread.ofPlatform().daemon().name("false-proxy").start(() -> accept(server, slow)));
    }

    private void accept(ServerSocket server, boolean slow) {
        try {
            while (true) {
                Socket client = server.accept();
                clients.add(client);
                if (slow) {
                    Thread.ofVirtual().start(() -> dribble(client));
                }
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private static void dribble(Socket client) {
        try {
            for (byte octet : WORDS) {
                client.getOutputStream().write(octet);
                Waiting.pause(1_000);
            }
        } catch (IOException | IllegalStateException e) {
            return; // the client gave up
        }
    }

    /** How many connections it has got. */
    int clients() {
        return clients.size();
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket server : servers) {
            server.close();
        }
        for (Socket client : clients) {
            client.setSoLinger(true, 0);
            client.close();
        }
    }
}
