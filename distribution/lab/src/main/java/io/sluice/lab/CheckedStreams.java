package io.sluice.lab;

import io.sluice.testkit.netns.ThreadNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Streams through the tunnel whose every octet is known: of a client and of the box itself, of both families, in both directions, each with a seed of its own. Each must
 * be an exact prefix, and must not end in good order before it is complete. What another stream's octets are is wrong here.
 */
final class CheckedStreams implements AutoCloseable {

    /** Two of each kind. */
    private static final int COUNT = 16;

    private static final int DIAL_MILLIS = 2_000;

    /** Between two streams of a thread, in milliseconds: a fault refuses all of them at once, again and again. */
    private static final int PAUSE = 200;

    /** In nanoseconds: a stream of which nothing moved for so long is given up. */
    private static final long SILENCE = 5_000_000_000L;

    private static final int MOST_SAMPLES = 8;

    /** Octets of what the server says of an upload. */
    private static final int ANSWER = Long.BYTES;

    private final AtomicLong octets = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong shortEnds = new AtomicLong();
    private final AtomicLong complete = new AtomicLong();
    private final AtomicLong broken = new AtomicLong();
    private final Queue<String> samples = new ConcurrentLinkedQueue<>();
    private volatile boolean running = true;

    /** @param upload whether the client sends; else it is sent */
    private record Kind(boolean box, boolean ipv6, boolean upload) {

        static Kind of(int number) {
            return new Kind((number & 1) != 0, (number & 2) != 0, (number & 4) != 0);
        }

        @Override
        public String toString() {
            return (box ? "box" : "client") + (ipv6 ? " IPv6" : " IPv4") + (upload ? " up" : " down");
        }
    }

    /** @param box the namespace of the gateway */
    CheckedStreams(String client, String box) {
        for (int i = 0; i < COUNT; i++) {
            Kind kind = Kind.of(i);
            Thread.ofPlatform().daemon().name("stream-" + i).start(() -> life(kind.box() ? box : client, kind));
        }
    }

    private void life(String namespace, Kind kind) {
        try {
            ThreadNamespace.callInside(namespace, () -> {
                while (running) {
                    one(kind, ThreadLocalRandom.current().nextLong());
                    Waiting.pause(PAUSE);
                }
                return null;
            });
        } catch (Exception e) {
            wrong(kind + ": " + e);
        }
    }

    private void one(Kind kind, long seed) {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.socket()
                    .connect(
                            new InetSocketAddress(
                                    kind.ipv6() ? Places.WEB6 : Places.WEB4,
                                    kind.upload() ? Places.UPLOAD_PORT : Places.DOWNLOAD_PORT),
                            DIAL_MILLIS);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.write(ByteBuffer.wrap(SeededOctets.seed(seed)));
            channel.configureBlocking(false);
            if (kind.upload()) {
                upload(channel, kind, seed);
            } else {
                download(channel, kind, seed);
            }
        } catch (IOException e) {
            // Reset, refused or silent, as a fault makes it: allowed, a wrong octet or an early end is not.
            broken.incrementAndGet();
        }
    }

    private void download(SocketChannel channel, Kind kind, long seed) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(4 * FarStreams.BLOCK);
        long position = 0;
        while (true) {
            int got = read(channel, block.clear());
            if (got < 0) {
                ended(position == FarStreams.LENGTH);
                return;
            }
            OptionalInt place = SeededOctets.firstWrong(seed, position, block.array(), got);
            if (place.isPresent()) {
                wrong(kind + ": octet " + (position + place.getAsInt()));
                return;
            }
            position += got;
            octets.addAndGet(got);
        }
    }

    private void upload(SocketChannel channel, Kind kind, long seed) throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(ANSWER);
        byte[] block = new byte[FarStreams.BLOCK];
        for (long position = 0; position < FarStreams.LENGTH; position += FarStreams.BLOCK) {
            SeededOctets.fill(seed, position, block, FarStreams.BLOCK);
            write(channel, ByteBuffer.wrap(block));
            Waiting.pause(FarStreams.PACE);
            int got = channel.read(answer);
            if (got != 0) {
                // An answer before all is sent tells what is wrong.
                said(channel, kind, answer, got);
                return;
            }
        }
        said(channel, kind, answer, read(channel, answer));
    }

    /** What the server says is complete in itself: an end in good order comes behind it only. */
    private void said(SocketChannel channel, Kind kind, ByteBuffer answer, int first) throws IOException {
        for (int got = first; got >= 0 && answer.hasRemaining(); ) {
            got = read(channel, answer);
        }
        if (answer.hasRemaining()) {
            ended(false);
            return;
        }
        long place = answer.getLong(0);
        if (place == FarStreams.LENGTH) {
            ended(true);
        } else {
            wrong(kind + ": octet " + place + ", says the server");
        }
    }

    private void ended(boolean whole) {
        (whole ? complete : shortEnds).incrementAndGet();
    }

    private void wrong(String where) {
        wrong.incrementAndGet();
        if (samples.size() < MOST_SAMPLES) {
            samples.add(where);
        }
    }

    /** @throws IOException also where nothing comes for too long, or nobody wants it any more */
    private int read(SocketChannel channel, ByteBuffer into) throws IOException {
        long begun = System.nanoTime();
        int got = channel.read(into);
        while (got == 0) {
            moves(begun);
            got = channel.read(into);
        }
        return got;
    }

    private void write(SocketChannel channel, ByteBuffer block) throws IOException {
        long begun = System.nanoTime();
        while (block.hasRemaining()) {
            int put = channel.write(block);
            sent.addAndGet(put);
            if (put > 0) {
                begun = System.nanoTime();
            } else {
                moves(begun);
            }
        }
    }

    private void moves(long begun) throws IOException {
        if (!running || System.nanoTime() - begun > SILENCE) {
            throw new IOException("silent");
        }
        Waiting.pause(FarStreams.PACE / 2);
    }

    /** That have come, and were right. */
    long octets() {
        return octets.get();
    }

    /** That clients have sent. */
    long sent() {
        return sent.get();
    }

    long wrong() {
        return wrong.get();
    }

    /** The first wrong octet of some streams. */
    List<String> samples() {
        return new ArrayList<>(samples);
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
