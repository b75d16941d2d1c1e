package io.sluice.dialer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Hosts of the loopback with one port in common, and a name server (RFC 1035 §4) that spells a name's addresses: {@code arh.test} is the host that accepts, the one that refuses,
 * and the one whose queue is full, which answers no SYN. A name with {@code x} does not exist.
 */
final class ManyAddresses implements AutoCloseable {

    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

    private static final Map<Character, InetAddress> HOSTS = Map.of(
            'a', InetAddress.ofLiteral("127.0.0.2"),
            'r', InetAddress.ofLiteral("127.0.0.3"),
            'h', InetAddress.ofLiteral("127.0.0.4"));

    private static final int NXDOMAIN = 3;

    private final ServerSocket accepting;
    private final ServerSocket hanging = new ServerSocket();
    private final DatagramSocket names = new DatagramSocket(0, HERE);
    private final List<Socket> waiting = new CopyOnWriteArrayList<>();

    ManyAddresses() throws IOException {
        accepting = new ServerSocket(0, 4_096, HOSTS.get('a'));
        hanging.bind(new InetSocketAddress(HOSTS.get('h'), port()), 1);
        fill();
        Thread.ofPlatform().daemon().start(this::accept);
        Thread.ofPlatform().daemon().start(this::answer);
    }

    int port() {
        return accepting.getLocalPort();
    }

    InetSocketAddress nameServer() {
        return new InetSocketAddress(HERE, names.getLocalPort());
    }

    /** tcp_v4_conn_request: a SYN is dropped while the queue of those who wait for accept(2) is full. */
    private void fill() throws IOException {
        while (true) {
            Socket one = new Socket();
            waiting.add(one);
            try {
                one.connect(hanging.getLocalSocketAddress(), 200);
            } catch (java.net.SocketTimeoutException e) {
                return;
            }
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket one = accepting.accept();
                Thread.ofVirtual().start(() -> holdUntilTheEnd(one));
            }
        } catch (IOException e) {
            // closed: the test is over
        }
    }

    /** Not closed first: a reset may come before the client has seen that it is connected. */
    private static void holdUntilTheEnd(Socket one) {
        try (one) {
            one.getInputStream().readAllBytes();
        } catch (IOException e) {
            // reset: the client's way to end
        }
    }

    private void answer() {
        DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
        try {
            while (true) {
                packet.setLength(1_500);
                names.receive(packet);
                byte[] answer = answer(packet.getData());
                names.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static byte[] answer(byte[] query) throws IOException {
        List<InetAddress> addresses = new ArrayList<>();
        boolean absent = false;
        for (int i = 0; i < query[12]; i++) {
            char letter = (char) query[13 + i];
            absent |= letter == 'x';
            if (HOSTS.containsKey(letter)) {
                addresses.add(HOSTS.get(letter));
            }
        }
        if (absent) {
            addresses.clear();
        }
        int end = 12;
        while (query[end] != 0) {
            end += query[end] + 1;
        }
        end += 5;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(query, 0, 2);
        out.write(new byte[] {(byte) 0x81, (byte) (absent ? 0x80 | NXDOMAIN : 0x80), 0, 1, 0, (byte) addresses.size()});
        out.write(new byte[4]);
        out.write(query, 12, end - 12);
        for (InetAddress address : addresses) {
            out.write(new byte[] {(byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4});
            out.write(address.getAddress());
        }
        return out.toByteArray();
    }

    @Override
    public void close() throws IOException {
        accepting.close();
        hanging.close();
        names.close();
        for (Socket one : waiting) {
            one.close();
        }
    }
}
