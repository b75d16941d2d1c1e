package io.sluice.netstack.packetscript;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Answers the requests of {@code shim.c}; see there. One object a script. A call of packetdrill's second thread that can't be answered yet is
 * told so and tried again after whatever happens to the host; a call of its first thread lets time pass instead.
 */
final class ShimServer implements AutoCloseable {

    private static final int REQUEST_LENGTH = 40;
    private static final int ANSWER_LENGTH = 24;
    private static final int SECOND_THREAD = 0x100;

    /** What a request comes to. */
    record Answer(long result, byte[] data, long nowMicros) {}

    private record Waiting(HostCalls.Call call, CompletableFuture<Answer> answer) {}

    private final ServerSocketChannel server;
    private final Path path;
    private final ScriptHost host;
    private final HostCalls calls;
    private final List<Waiting> waiting = new ArrayList<>();
    private volatile Throwable failure;

    ShimServer(Path path, ScriptHost host) throws IOException {
        this.path = path;
        this.host = host;
        this.calls = new HostCalls(host);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        Thread.ofVirtual().start(this::accept);
    }

    /** A fault of the engine or the harness while the script ran, or null. */
    Throwable failure() {
        return failure;
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                Thread.ofVirtual().start(() -> serve(channel));
            }
        } catch (IOException e) {
            // closed: the script has ended
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            while (true) {
                ByteBuffer request = read(channel, REQUEST_LENGTH);
                int what = request.getInt();
                byte[] data = new byte[request.getInt()];
                long now = request.getLong();
                long[] arguments = {request.getLong(), request.getLong(), request.getLong()};
                read(channel, data.length).get(data);
                serve(channel, what & ~SECOND_THREAD, (what & SECOND_THREAD) != 0, now, arguments, data);
            }
        } catch (EOFException e) {
            // packetdrill has ended
        } catch (IOException | RuntimeException | Error e) {
            if (server.isOpen()) {
                failure = e;
            }
        }
    }

    private void serve(SocketChannel channel, int what, boolean mayWait, long now, long[] arguments, byte[] data)
            throws IOException {
        CompletableFuture<Answer> later = new CompletableFuture<>();
        synchronized (host) {
            host.advanceTo(now);
            tryAgain();
            HostCalls.Call call = calls.of(what, arguments, data);
            Answer answer = attempt(call);
            if (answer == null && mayWait) {
                waiting.add(new Waiting(call, later));
            }
            while (answer == null && !mayWait) {
                answer = host.waitForTimer() ? attempt(call) : new Answer(Errno.EAGAIN, new byte[0], host.nowMicros());
            }
            tryAgain();
            if (answer != null) {
                later.complete(answer);
            }
        }
        if (!later.isDone()) {
            write(channel, 1, new Answer(0, new byte[0], now));
        }
        write(channel, 0, later.join());
    }

    private Answer attempt(HostCalls.Call call) {
        try {
            HostCalls.Result result = call.attempt();
            return result == null ? null : new Answer(result.value(), result.data(), host.nowMicros());
        } catch (CallException e) {
            return new Answer(e.error, new byte[0], host.nowMicros());
        }
    }

    private void tryAgain() {
        for (Iterator<Waiting> i = waiting.iterator(); i.hasNext(); ) {
            Waiting one = i.next();
            Answer answer = attempt(one.call);
            if (answer != null) {
                i.remove();
                one.answer.complete(answer);
            }
        }
    }

    private static ByteBuffer read(SocketChannel channel, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer.flip();
    }

    private static void write(SocketChannel channel, int pending, Answer answer) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(ANSWER_LENGTH + answer.data.length)
                .order(ByteOrder.nativeOrder())
                .putInt(pending)
                .putInt(answer.data.length)
                .putLong(answer.result)
                .putLong(answer.nowMicros)
                .put(answer.data)
                .flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
        synchronized (host) {
            waiting.forEach(one -> one.answer.cancel(false));
            host.end();
        }
    }
}
