package io.sluice.matrix;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** A name server over UDP (RFC 1035 §4.1.1) that knows of no name, and does not even answer questions for {@link #SILENT}. */
final class EmptyNameServer implements AutoCloseable {

    static final String UNKNOWN = "server.invalid";
    static final String SILENT = "silent.invalid";

    private static final int PORT = 53;
    private static final int LARGEST = 4_096;

    private final DatagramSocket socket;

    EmptyNameServer(NetworkNamespace place, String address) throws Exception {
        socket = place.call(() -> new DatagramSocket(PORT, InetAddress.ofLiteral(address)));
        Thread.ofPlatform().daemon().name("names").start(this::serve);
    }

    private void serve() {
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        try {
            while (true) {
                packet.setLength(LARGEST);
                socket.receive(packet);
                byte[] message = packet.getData();
                String text = new String(message, 0, packet.getLength(), StandardCharsets.ISO_8859_1);
                if (packet.getLength() > 3 && !text.contains("silent")) {
                    message[2] |= (byte) 0x80; // QR
                    message[3] = (byte) 0x83; // RA, NXDOMAIN
                    socket.send(packet);
                }
            }
        } catch (IOException e) {
            // closed: the only end there is
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
