package io.sluice.bench;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many connections, each of which has had an octet back. */
final class IdleClients implements AutoCloseable {

    /** Opened side by side. */
    private static final int CONCURRENCY = 32;

    /** Nothing that is going to be opened takes longer. */
    private static final int PATIENCE_MILLIS = 5_000;

    private static final long OPENING_NANOS = 40_000_000_000L;

    private final List<SocketChannel> channels;
    private final double seconds;

    private IdleClients(List<SocketChannel> channels, double seconds) {
        this.channels = channels;
        this.seconds = seconds;
    }

    static IdleClients open(NetworkNamespace from, int count) {
        long begun = System.nanoTime();
        List<SocketChannel> made = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CONCURRENCY)) {
            List<SocketChannel> sockets = Sessions.inside(from, () -> {
                List<SocketChannel> all = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    all.add(SocketChannel.open(StandardProtocolFamily.INET));
                }
                return all;
            });
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                SocketChannel channel = sockets.get(i);
                int port = Ports.ECHO[i % Ports.ECHO.length];
                answers.add(threads.submit(() -> System.nanoTime() - begun < OPENING_NANOS && connect(channel, port)));
            }
            for (int i = 0; i < count; i++) {
                if (answers.get(i).get()) {
                    made.add(sockets.get(i));
                } else {
                    sockets.get(i).close();
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException("idle connections", e);
        }
        return new IdleClients(made, (System.nanoTime() - begun) * 1e-9);
    }

    private static boolean connect(SocketChannel channel, int port) {
        try {
            channel.socket().connect(new InetSocketAddress(Site.SERVER, port), PATIENCE_MILLIS);
            return echoes(channel);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean echoes(SocketChannel channel) {
        try {
            channel.configureBlocking(false);
            channel.write(ByteBuffer.wrap(new byte[1]));
            ByteBuffer octet = ByteBuffer.allocate(1);
            try (var selector = channel.provider().openSelector()) {
                var key = channel.register(selector, java.nio.channels.SelectionKey.OP_READ);
                boolean answered = selector.select(PATIENCE_MILLIS) > 0 && channel.read(octet) == 1;
                key.cancel();
                selector.selectNow();
                return answered;
            }
        } catch (IOException e) {
            return false;
        }
    }

    int opened() {
        return channels.size();
    }

    double seconds() {
        return seconds;
    }

    /** How many of so many, picked by chance, still get an octet back. */
    int alive(int sample) {
        List<SocketChannel> some = new ArrayList<>(channels);
        Collections.shuffle(some, new Random(1));
        int alive = 0;
        for (SocketChannel channel : some.subList(0, Math.min(sample, some.size()))) {
            alive += echoes(channel) ? 1 : 0;
        }
        return alive;
    }

    @Override
    public void close() {
        for (SocketChannel channel : channels) {
            try {
                channel.close();
            } catch (IOException e) {
                System.err.println("  closing an idle connection: " + e.getMessage());
            }
        }
    }
}
