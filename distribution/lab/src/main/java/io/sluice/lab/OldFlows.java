package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Flows that begin while nothing is closed, half of them the client's and half the box's own, half TCP and half UDP. Every packet bears the mark of L13. */
final class OldFlows implements AutoCloseable {

    private static final int COUNT = 50;
    private static final int DIAL_MILLIS = 2_000;

    private final List<ByteChannel> flows = new ArrayList<>();

    /** @throws IllegalStateException if the way is not open */
    OldFlows(World w) {
        try {
            for (int i = 0; i < COUNT; i++) {
                NetworkNamespace from = i % 2 == 0 ? w.lab.lan : w.lab.gw;
                InetAddress to = InetAddress.ofLiteral(Places.CANARY4.get(i % Places.CANARY4.size()));
                boolean stream = i / 2 % 2 == 0;
                flows.add(Lab.onThread(from, () -> stream ? stream(to) : datagrams(to)));
            }
            send();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static ByteChannel stream(InetAddress to) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(new InetSocketAddress(to, Places.DISCARD_PORT), DIAL_MILLIS);
            channel.configureBlocking(false);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static ByteChannel datagrams(InetAddress to) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.connect(new InetSocketAddress(to, Places.COUNT_PORT));
        channel.configureBlocking(false);
        return channel;
    }

    /** One packet on each. */
    void send() {
        for (ByteChannel flow : flows) {
            try {
                flow.write(ByteBuffer.wrap(Packets.mark(13)));
            } catch (IOException e) {
                continue; // refused, as it should be
            }
        }
    }

    @Override
    public void close() {
        for (ByteChannel flow : flows) {
            try {
                flow.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
