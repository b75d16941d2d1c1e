package io.sluice.bench;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/** A client with one connection at a time, inside a namespace. */
final class Sessions {

    private static final int UDP_PATIENCE_MILLIS = 500;
    private static final int MAX_FAILURES = 20;

    /** Times in the middle and at the slow end; endless where nothing came back. */
    record Spread(double p50Micros, double p99Micros) {

        static Spread of(long[] nanos, int count) {
            if (count == 0) {
                return new Spread(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
            }
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return new Spread(sorted[count / 2] / 1e3, sorted[(int) (count * 0.99)] / 1e3);
        }
    }

    private Sessions() {}

    /** Whether an octet comes back on a new connection. */
    static boolean answers(NetworkNamespace from) {
        return inside(from, () -> {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET)) {
                channel.socket().connect(new InetSocketAddress(Site.SERVER, Ports.ECHO[0]), 500);
                channel.socket().setSoTimeout(1_000);
                channel.socket().getOutputStream().write(1);
                return channel.socket().getInputStream().read() == 1;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Connects, gets an octet back, closes; so many times. */
    static Spread connects(NetworkNamespace from, int times) {
        return inside(from, () -> {
            long[] taken = new long[times];
            int count = 0;
            ByteBuffer octet = ByteBuffer.allocateDirect(1);
            for (int i = 0, failed = 0; i < times && failed < MAX_FAILURES; i++) {
                InetSocketAddress far = new InetSocketAddress(Site.SERVER, Ports.ECHO[i % Ports.ECHO.length]);
                long begun = System.nanoTime();
                try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET)) {
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    channel.connect(far);
                    echo(channel, octet);
                    taken[count++] = System.nanoTime() - begun;
                } catch (IOException e) {
                    failed++;
                }
            }
            return Spread.of(taken, count);
        });
    }

    /** Sends an octet and waits for it, on one connection. */
    static Spread pingPong(NetworkNamespace from, int times) {
        return inside(from, () -> {
            long[] taken = new long[times];
            ByteBuffer octet = ByteBuffer.allocateDirect(1);
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET)) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.connect(new InetSocketAddress(Site.SERVER, Ports.ECHO[0]));
                for (int i = 0; i < times; i++) {
                    long begun = System.nanoTime();
                    echo(channel, octet);
                    taken[i] = System.nanoTime() - begun;
                }
            }
            return Spread.of(taken, times);
        });
    }

    private static void echo(SocketChannel channel, ByteBuffer octet) throws IOException {
        octet.clear();
        channel.write(octet);
        octet.clear();
        if (channel.read(octet) != 1) {
            throw new IOException("no answer");
        }
    }

    static Spread udpRoundTrips(NetworkNamespace from, int times) {
        return inside(from, () -> {
            long[] taken = new long[times];
            int count = 0;
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.connect(new InetSocketAddress(Site.SERVER, Ports.UDP_ECHO));
                socket.setSoTimeout(UDP_PATIENCE_MILLIS);
                DatagramPacket packet = new DatagramPacket(new byte[1], 1);
                for (int i = 0, lost = 0; i < times && lost < MAX_FAILURES; i++) {
                    long begun = System.nanoTime();
                    try {
                        socket.send(packet);
                        socket.receive(packet);
                        taken[count++] = System.nanoTime() - begun;
                    } catch (SocketTimeoutException e) {
                        lost++;
                    }
                }
            }
            return Spread.of(taken, count);
        });
    }

    static <T> T inside(NetworkNamespace namespace, java.util.concurrent.Callable<T> code) {
        try {
            return namespace.call(code);
        } catch (Exception e) {
            throw new IllegalStateException("a client in " + namespace.name(), e);
        }
    }
}
