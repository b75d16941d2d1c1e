package io.sluice.testkit.peer;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A host on loopback that sends everything back, by TCP and by UDP. Its FIN comes after ours, or behind so many octets. */
public final class EchoHost implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    private final DatagramSocket datagrams =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    private final long octets;

    public EchoHost() throws IOException {
        this(Long.MAX_VALUE);
    }

    /** @param octets of a stream that are sent back before it is ended */
    public EchoHost(long octets) throws IOException {
        this.octets = octets;
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> echo(socket));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
        // A datagram socket pins a virtual thread.
        Thread.ofPlatform().daemon().start(() -> {
            byte[] buffer = new byte[65_535];
            while (true) {
                try {
                    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                    datagrams.receive(packet);
                    datagrams.send(packet);
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    private void echo(Socket socket) {
        try (socket) {
            byte[] buffer = new byte[65_536];
            for (long left = octets; left > 0; ) {
                int length = socket.getInputStream().read(buffer, 0, (int) Math.min(left, buffer.length));
                if (length < 0) {
                    return;
                }
                socket.getOutputStream().write(buffer, 0, length);
                left -= length;
            }
            socket.shutdownOutput();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The client gave up: so do we.
        }
    }

    public InetSocketAddress stream() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    public InetSocketAddress datagram() {
        return (InetSocketAddress) datagrams.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        server.close();
        datagrams.close();
    }
}
