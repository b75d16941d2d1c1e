package io.sluice.testkit.peer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers every A and AAAA question with the same addresses (RFC 1035 §4), or not at all. */
public final class TinyNameServer implements AutoCloseable {

    private static final int AAAA = 28;

    private final AtomicInteger questions = new AtomicInteger();
    private final DatagramSocket socket;
    private final InetAddress[] addresses;
    private final boolean silent;

    /** @param silent whether it gives no answer at all */
    public TinyNameServer(boolean silent, String... addresses) throws IOException {
        this.silent = silent;
        this.addresses = Arrays.stream(addresses).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
        this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::serve);
    }

    /** How often it was asked so far. */
    public int questions() {
        return questions.get();
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    private void serve() {
        byte[] buffer = new byte[1_500];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                questions.incrementAndGet();
                if (!silent) {
                    byte[] answer = answer(buffer);
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // Closed: the test is over.
        }
    }

    private byte[] answer(byte[] query) throws IOException {
        int end = 12;
        while (query[end] != 0) {
            end += query[end] + 1;
        }
        boolean six = (query[end + 1] << 8 | query[end + 2]) == AAAA;
        end += 5;
        InetAddress[] chosen = Arrays.stream(addresses)
                .filter(a -> six == (a instanceof Inet6Address))
                .toArray(InetAddress[]::new);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(query, 0, 2);
        out.write(new byte[] {(byte) 0x81, (byte) 0x80, 0, 1, 0, (byte) chosen.length, 0, 0, 0, 0});
        out.write(query, 12, end - 12);
        for (InetAddress address : chosen) {
            byte[] octets = address.getAddress();
            out.write(
                    new byte[] {(byte) 0xc0, 12, 0, (byte) (six ? AAAA : 1), 0, 1, 0, 0, 0, 60, 0, (byte) octets.length
                    });
            out.write(octets);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
