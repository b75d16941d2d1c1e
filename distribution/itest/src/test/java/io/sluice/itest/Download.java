package io.sluice.itest;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** One connection that receives {@link Stream} and holds every word against its place, until it is told that it is enough. */
final class Download implements AutoCloseable {

    /** No byte for so long, with the other side sending all the time, is a lost flow. */
    private static final int STALLED_MILLIS = 60_000;

    private final Socket socket;
    private final InetSocketAddress target;
    private final Thread thread;
    private volatile long received;
    private volatile long longestGap;
    private volatile String fault;
    private volatile boolean complete;

    /** @param via a proxy of the appliance's inbounds, or {@link Proxy#NO_PROXY} to go by the host's routes */
    Download(InetSocketAddress target, Proxy via, int number) {
        this.target = target;
        this.socket = new Socket(via);
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("download-" + target.getPort() + "-" + number)
                .start(this::run);
    }

    private void run() {
        try (socket) {
            socket.connect(target, STALLED_MILLIS);
            socket.setSoTimeout(STALLED_MILLIS);
            receive(socket.getInputStream());
        } catch (IOException e) {
            fault = e + " after " + received + " bytes";
        }
    }

    private void receive(InputStream in) throws IOException {
        ByteBuffer words = ByteBuffer.allocate(64 * 1024);
        long position = 0;
        long last = System.nanoTime();
        int n;
        while ((n = in.read(words.array(), words.position(), words.remaining())) > 0) {
            long now = System.nanoTime();
            longestGap = Math.max(longestGap, now - last);
            last = now;
            words.position(words.position() + n).flip();
            while (words.remaining() >= Stream.WORD) {
                long word = words.getLong();
                if (word == Stream.end(position) && !words.hasRemaining()) {
                    complete = in.read() < 0;
                    fault = complete ? null : "bytes after the end";
                    return;
                }
                if (word != Stream.word(position)) {
                    fault = "a wrong byte in the word at " + position;
                    return;
                }
                position += Stream.WORD;
            }
            words.compact();
            received += n;
        }
        fault = "ended early, after " + received + " bytes";
    }

    long received() {
        return received;
    }

    /** The longest time without a byte since the last call of this method, about. */
    Duration takeLongestGap() {
        long gap = longestGap;
        longestGap = 0;
        return Duration.ofNanos(gap);
    }

    boolean running() {
        return thread.isAlive();
    }

    /** Why it ended before its time or with a wrong byte. */
    Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    int localPort() {
        return socket.getLocalPort();
    }

    /** Ends our half; the server then sends the end, which is awaited. */
    void enough() {
        try {
            socket.shutdownOutput();
            thread.join(STALLED_MILLIS);
        } catch (IOException e) {
            fault = fault == null ? "could not be ended: " + e : fault;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!complete && fault == null) {
            fault = "no end came, after " + received + " bytes";
        }
    }

    /** Aborts it. */
    @Override
    public void close() {
        try {
            socket.close();
            thread.join(STALLED_MILLIS);
        } catch (IOException e) {
            fault = fault == null ? e.toString() : fault;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
