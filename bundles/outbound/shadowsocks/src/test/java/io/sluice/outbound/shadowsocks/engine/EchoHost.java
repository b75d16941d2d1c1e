package io.sluice.outbound.shadowsocks.engine;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host on loopback that sends everything back, by TCP (its FIN after ours) and by UDP. */
final class EchoHost implements AutoCloseable {

    final List<String> resets = new CopyOnWriteArrayList<>();
    private final ServerSocket server = new ServerSocket(0, 1_000, InetAddress.getByName("127.0.0.1"));
    private final DatagramSocket datagrams = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));

    EchoHost() throws IOException {
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> echo(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
        Thread.ofPlatform().daemon().start(() -> {
            byte[] buffer = new byte[65_535];
            while (true) {
                try {
                    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                    datagrams.receive(packet);
                    datagrams.send(packet);
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            resets.add(String.valueOf(e.getMessage()));
        }
    }

    InetSocketAddress stream() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    InetSocketAddress datagram() {
        return (InetSocketAddress) datagrams.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        server.close();
        datagrams.close();
    }
}
