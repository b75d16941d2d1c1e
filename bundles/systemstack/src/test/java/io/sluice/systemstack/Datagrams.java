package io.sluice.systemstack;

import io.sluice.testkit.netns.NetworkNamespace;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;

/** Datagrams to a host that sends them back. */
final class Datagrams {

    private Datagrams() {}

    static boolean comeBack(NetworkNamespace namespace, String host, int... sizes) throws Exception {
        InetSocketAddress far = new InetSocketAddress(InetAddress.ofLiteral(host), 7);
        try (DatagramSocket socket = namespace.call(() -> new DatagramSocket())) {
            socket.setSoTimeout(30_000);
            for (int octets : sizes) {
                byte[] sent = new byte[octets];
                new Random(octets).nextBytes(sent);
                socket.send(new DatagramPacket(sent, octets, far));
                DatagramPacket back = new DatagramPacket(new byte[65_535], 65_535);
                socket.receive(back);
                if (!back.getSocketAddress().equals(far)
                        || !Arrays.equals(Arrays.copyOf(back.getData(), back.getLength()), sent)) {
                    return false;
                }
            }
        }
        return true;
    }
}
