package io.sluice.lab;

import io.sluice.testkit.netns.ThreadNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Streams from the client through the tunnel whose every octet is known: each must be an exact prefix, and must not end in good order before it is complete. */
final class CheckedStreams implements AutoCloseable {

    private final AtomicLong octets = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong shortEnds = new AtomicLong();
    private final AtomicLong complete = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean running = true;

    CheckedStreams(String namespace, int count) {
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().daemon().name("stream-" + i).start(() -> life(namespace)));
        }
    }

    private void life(String namespace) {
        try {
            ThreadNamespace.callInside(namespace, () -> {
                while (running) {
                    one();
                    Waiting.pause(20);
                }
                return null;
            });
        } catch (Exception e) {
            wrong.incrementAndGet();
        }
    }

    private void one() {
        long position = 0;
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(Places.WEB4, Places.PATTERN_PORT), 2_000);
            socket.setSoTimeout(5_000);
            InputStream in = socket.getInputStream();
            byte[] block = new byte[16_384];
            for (int got = in.read(block); running; got = in.read(block)) {
                if (got < 0) {
                    (position == FarHosts.PATTERN_LENGTH ? complete : shortEnds).incrementAndGet();
                    return;
                }
                for (int i = 0; i < got; i++, position++) {
                    if (block[i] != FarHosts.at(position)) {
                        wrong.incrementAndGet();
                        return;
                    }
                }
                octets.addAndGet(got);
            }
        } catch (IOException e) {
            // Reset, refused or silent, as a fault makes it: allowed, a wrong octet or an early end is not.
            broken.incrementAndGet();
        }
    }

    long octets() {
        return octets.get();
    }

    long wrong() {
        return wrong.get();
    }

    long shortEnds() {
        return shortEnds.get();
    }

    long complete() {
        return complete.get();
    }

    long broken() {
        return broken.get();
    }

    @Override
    public void close() {
        running = false;
    }
}
