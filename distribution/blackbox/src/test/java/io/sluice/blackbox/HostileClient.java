package io.sluice.blackbox;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * Makes connections that mean no good, each from another address of the loopback network: sends, in one piece or some, then resets, leaves,
 * half-closes, listens for a while, or just stays. One thread.
 */
final class HostileClient implements AutoCloseable {

    /** Longer means that the listener's backlog is full: it does not accept. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);

    /** How long an answer is waited for; most of what is sent gets none before the handshake's time is over. */
    private static final Duration LISTEN_LIMIT = Duration.ofMillis(20);

    /** Connections that stay open without a word, a thread: below the 64 sessions of the command socket for four threads. */
    private static final int MAX_HELD = 12;

    private final RandomGenerator dice;
    private final Map<String, LongAdder> tally;
    private final ArrayDeque<AutoCloseable> held = new ArrayDeque<>();

    /** @param tally what happened, by listener; shared with other threads */
    HostileClient(RandomGenerator dice, ConcurrentSkipListMap<String, LongAdder> tally) {
        this.dice = dice;
        this.tally = tally;
    }

    private void count(String what) {
        tally.computeIfAbsent(what, key -> new LongAdder()).increment();
    }

    private InetAddress anyLoopback() throws IOException {
        return InetAddress.getByAddress(
                new byte[] {127, (byte) dice.nextInt(256), (byte) dice.nextInt(256), (byte) (1 + dice.nextInt(254))});
    }

    void tcp(String listener, int port, byte[] octets) throws IOException {
        Socket client = new Socket();
        client.bind(new InetSocketAddress(anyLoopback(), 0));
        // Not excepted: a listener that does not accept fails the test.
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) CONNECT_LIMIT.toMillis());
        count(listener + ": connections");
        try {
            client.setSoTimeout((int) LISTEN_LIMIT.toMillis());
            int at = dice.nextInt(octets.length + 1);
            client.getOutputStream().write(octets, 0, at);
            client.getOutputStream().write(octets, at, octets.length - at);
            switch (dice.nextInt(32)) {
                case 0 -> hold(client);
                case 1, 2, 3, 4, 5, 6, 7, 8 -> client.setSoLinger(true, 0); // closing then resets
                case 9, 10, 11, 12, 13, 14, 15, 16 -> {
                    client.shutdownOutput();
                    count(listener + ": " + listen(client.getInputStream()));
                }
                case 17, 18, 19, 20, 21, 22, 23, 24 -> count(listener + ": " + listen(client.getInputStream()));
                default -> {} // closing is a FIN, or a reset where an answer has come already
            }
        } catch (IOException e) {
            count(listener + ": cut off by it");
        } finally {
            if (held.peekLast() != client) {
                client.close();
            }
        }
    }

    private static String listen(InputStream in) throws IOException {
        try {
            byte[] answer = new byte[4_096];
            if (in.read(answer) < 0) {
                return "closed by it";
            }
            while (in.read(answer) >= 0) {
                // to the end
            }
            return "answered to the end";
        } catch (SocketTimeoutException e) {
            return "listened to for a while";
        }
    }

    void unix(String listener, Path socket, byte[] octets) throws Exception {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(UnixDomainSocketAddress.of(socket));
        count(listener + ": connections");
        try {
            client.write(ByteBuffer.wrap(octets));
            switch (dice.nextInt(8)) {
                case 0 -> hold(client);
                case 1, 2, 3 -> {
                    client.shutdownOutput();
                    ByteBuffer answer = ByteBuffer.allocate(4_096);
                    boolean any = client.read(answer) >= 0;
                    while (client.read(answer.clear()) >= 0) {
                        // to the end
                    }
                    count(listener + ": " + (any ? "answered to the end" : "closed by it"));
                }
                default -> {} // leaves
            }
        } catch (IOException e) {
            count(listener + ": cut off by it");
        } finally {
            if (held.peekLast() != client) {
                client.close();
            }
        }
    }

    private void hold(AutoCloseable client) {
        if (held.size() >= MAX_HELD) {
            try {
                held.removeFirst().close();
            } catch (Exception e) {
                count("held: closed badly");
            }
        }
        held.addLast(client);
    }

    /**
     * To a relay that serves somebody: from anywhere, and from the one it serves.
     *
     * @param number how many
     */
    void datagrams(HostileBytes bytes, int number) throws IOException, InterruptedException {
        for (int sent = 0; sent < number; ) {
            try (GoodClient.Association association = new GoodClient.Association();
                    DatagramSocket served = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                    DatagramSocket foreign = new DatagramSocket(0, anyLoopback())) {
                // Some hundred each, so that associations come and go.
                for (int i = dice.nextInt(800); i > 0 && sent < number; i--, sent++) {
                    byte[] octets = bytes.next();
                    boolean own = dice.nextInt(4) > 0;
                    (own ? served : foreign).send(new DatagramPacket(octets, octets.length, association.relay()));
                    count(own ? "udp: datagrams of the client" : "udp: datagrams of others");
                    if (sent % 20 == 0) {
                        Thread.sleep(1); // not so fast that the kernel drops most of them before they are looked at
                    }
                }
                count("udp: associations "
                        + (echoes(served, association.relay()) ? "that still serve" : "that fell silent"));
            }
        }
    }

    /** Also the sign that everything sent before has been looked at. */
    private static boolean echoes(DatagramSocket client, InetSocketAddress relay) throws IOException {
        byte[] last = GoodBytes.datagram("the last one".getBytes(StandardCharsets.US_ASCII));
        client.setSoTimeout(500);
        DatagramPacket answer = new DatagramPacket(new byte[65_535], 65_535);
        for (int attempt = 0; attempt < 40; attempt++) {
            client.send(new DatagramPacket(last, last.length, relay));
            try {
                while (true) {
                    answer.setLength(65_535);
                    client.receive(answer);
                    if (new String(answer.getData(), 0, answer.getLength(), StandardCharsets.ISO_8859_1)
                            .endsWith("the last one")) {
                        return true;
                    }
                }
            } catch (SocketTimeoutException e) {
                // lost: once more
            }
        }
        return false;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : held) {
            each.close();
        }
    }
}
