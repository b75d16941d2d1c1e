package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** The servers at the canaries' addresses: HTTP that tells who asks, a counter of datagrams that sends them back, a discarder, streams of known octets in both directions, an octet a second, and one octet. */
final class FarHosts implements AutoCloseable {

    private static final int BLOCK = 4096;

    private final List<AutoCloseable> sockets = new ArrayList<>();
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    private final AtomicLong misdelivered = new AtomicLong();
    private final AtomicLongArray datagrams = new AtomicLongArray(Line.values().length);

    FarHosts(NetworkNamespace inet) {
        serve(inet, Places.WEB_PORT, this::web);
        serve(inet, Places.DISCARD_PORT, this::discard);
        serve(inet, Places.PATTERN_PORT, FarStreams::sendLong);
        serve(inet, Places.DOWNLOAD_PORT, FarStreams::send);
        serve(inet, Places.UPLOAD_PORT, FarStreams::check);
        serve(inet, Places.SLOW_PORT, FarHosts::dribble);
        serve(inet, Places.GREETING_PORT, this::greet);
        DatagramSocket counter = Lab.onThread(inet, () -> new DatagramSocket(Places.COUNT_PORT));
        sockets.add(counter);
        threads.execute(() -> count(counter));
    }

    /** Numbered datagrams of this line that have come. */
    long datagrams(Line line) {
        return datagrams.get(line.ordinal());
    }

    /** Of all lines. */
    long datagrams() {
        return Arrays.stream(Line.values()).mapToLong(this::datagrams).sum();
    }

    /** Datagrams that have come and were not as somebody sent them, or by another family. */
    long misdelivered() {
        return misdelivered.get();
    }

    private interface Service {
        void serve(Socket client) throws IOException;
    }

    private void serve(NetworkNamespace inet, int port, Service service) {
        ServerSocket server = Lab.onThread(inet, () -> new ServerSocket(port, 512));
        sockets.add(server);
        threads.execute(() -> accept(server, service));
    }

    private void accept(ServerSocket server, Service service) {
        try {
            while (true) {
                Socket client = server.accept();
                threads.execute(() -> answer(client, service));
            }
        } catch (IOException e) {
            // The lab closes it.
            return;
        }
    }

    private static void answer(Socket client, Service service) {
        try (client) {
            client.setSoTimeout(30_000);
            service.serve(client);
        } catch (IOException e) {
            // The client or a fault ended it.
            return;
        }
    }

    private void web(Socket client) throws IOException {
        byte[] request = new byte[2048];
        if (client.getInputStream().read(request) <= 0) {
            return;
        }
        String body = client.getInetAddress().getHostAddress();
        client.getOutputStream()
                .write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private void discard(Socket client) throws IOException {
        byte[] block = new byte[BLOCK];
        while (client.getInputStream().read(block) >= 0) {}
    }

    private void greet(Socket client) throws IOException {
        client.setSoTimeout(0);
        client.getOutputStream().write(1);
        discard(client);
    }

    private static void dribble(Socket client) throws IOException {
        while (true) {
            client.getOutputStream().write(1);
            Waiting.pause(1_000);
        }
    }

    private void count(DatagramSocket socket) {
        int most = 2 * NumberedDatagram.LENGTH;
        DatagramPacket packet = new DatagramPacket(new byte[most], most);
        try {
            while (true) {
                packet.setLength(packet.getData().length);
                socket.receive(packet);
                if (!NumberedDatagram.isMeant(packet.getData(), packet.getLength())) {
                    continue;
                }
                Optional<Line> line = NumberedDatagram.line(packet.getData(), packet.getLength())
                        .filter(l -> l.isIpv6() == packet.getAddress() instanceof Inet6Address);
                if (line.isEmpty()) {
                    misdelivered.incrementAndGet();
                    continue;
                }
                datagrams.incrementAndGet(line.get().ordinal());
                echo(socket, packet);
            }
        } catch (IOException e) {
            // The lab closes it.
            return;
        }
    }

    private static void echo(DatagramSocket socket, DatagramPacket packet) {
        try {
            socket.send(packet);
        } catch (IOException e) {
            return; // there is no way back in this moment
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        for (AutoCloseable socket : sockets) {
            try {
                socket.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
