package io.sluice.bench;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A number of connections at a time: each is made, gets an octet back and is closed, and the next one follows. */
final class ConnectionRate implements AutoCloseable {

    /** One that has not been answered by then has failed, and its place is given to another. */
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    private final ByteBuffer octet = ByteBuffer.allocateDirect(1);
    private final Selector selector;
    private int begun;
    private int done;

    private ConnectionRate() throws IOException {
        selector = Selector.open();
    }

    static double measure(NetworkNamespace from, int concurrency, int seconds) {
        return Sessions.inside(from, () -> {
            try (ConnectionRate rate = new ConnectionRate()) {
                return rate.run(concurrency, seconds);
            }
        });
    }

    private double run(int concurrency, int seconds) throws IOException {
        for (int i = 0; i < concurrency; i++) {
            begin();
        }
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        long swept = start;
        for (long now = start; now < end; now = System.nanoTime()) {
            selector.select(this::step, 200);
            if (now - swept > PATIENCE_NANOS / 3) {
                swept = now;
                sweep(now);
            }
        }
        return done / ((System.nanoTime() - start) * 1e-9);
    }

    private void begin() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_CONNECT, System.nanoTime());
        channel.connect(new InetSocketAddress(Site.SERVER, Ports.ECHO[begun++ % Ports.ECHO.length]));
    }

    private void step(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (key.isConnectable()) {
                channel.finishConnect();
                octet.clear();
                channel.write(octet);
                key.interestOps(SelectionKey.OP_READ);
                return;
            }
            octet.clear();
            if (channel.read(octet) == 1) {
                done++;
            }
        } catch (IOException e) {
            // refused or reset: not counted, and its place is free
        }
        replace(channel);
    }

    private void replace(SocketChannel channel) {
        try {
            channel.close();
            begin();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void sweep(long now) {
        for (SelectionKey key : selector.keys().toArray(SelectionKey[]::new)) {
            if (key.isValid() && now - (long) key.attachment() > PATIENCE_NANOS) {
                replace((SocketChannel) key.channel());
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
