package io.sluice.matrix;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;

/** What is tried of a stream. Each ends with a few words for the table, or an exception that says what went wrong. */
enum Check {
    /** Both ways at once, in writes of a megabyte, every octet compared. */
    TRANSFER("bytes both ways") {
        @Override
        String run(Access access, FarEnd far, Scale scale) throws Exception {
            try (Socket socket = access.connect()) {
                OutputStream out = socket.getOutputStream();
                out.write(ByteBuffer.allocate(9)
                        .put((byte) FarEnd.BOTH_WAYS)
                        .putLong(scale.octets())
                        .array());
                CountDownLatch answered = new CountDownLatch(access.isPatient() ? 1 : 0);
                Future<?> sending = THREADS.submit(() -> {
                    answered.await();
                    FarEnd.send(out, new Pattern(FarEnd.UP), scale.octets());
                    return null;
                });
                Pattern down = new Pattern(FarEnd.DOWN);
                FarEnd.receive(socket.getInputStream(), down, FIRST);
                answered.countDown();
                FarEnd.receive(socket.getInputStream(), down, scale.octets() - FIRST);
                finished(sending);
                if (socket.getInputStream().read() != FarEnd.GOOD) {
                    throw new IOException("what was sent did not arrive as it was");
                }
            }
            return "ok";
        }
    },

    /** Eight at a time; each asks a kilobyte and is answered. */
    SHORT("short connections") {
        @Override
        String run(Access access, FarEnd far, Scale scale) throws Exception {
            List<Future<?>> eight = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                eight.add(THREADS.submit(() -> {
                    for (int n = 0; n < scale.connections() / AT_ONCE; n++) {
                        echo(access);
                    }
                    return null;
                }));
            }
            for (Future<?> one : eight) {
                finished(one);
            }
            return "ok";
        }
    },

    /** The answer comes behind the end of the question. */
    HALF_CLOSE("half-close") {
        @Override
        String run(Access access, FarEnd far, Scale scale) throws Exception {
            byte[] question = new byte[100_000];
            new Pattern(FarEnd.UP).fill(question, question.length);
            CRC32 sum = new CRC32();
            sum.update(question);
            try (Socket socket = access.connect()) {
                InputStream in = socket.getInputStream();
                socket.getOutputStream().write(FarEnd.BEHIND_THE_END);
                boolean begun = access.isPatient() && in.read() == FarEnd.GOOD;
                socket.getOutputStream().write(question);
                socket.shutdownOutput();
                socket.setSoTimeout(ANSWER_MILLIS);
                if (!begun && in.read() != FarEnd.GOOD) {
                    throw new IOException("the far end did not answer");
                }
                if (!new String(in.readNBytes(8)).equals("%08x".formatted(sum.getValue()))) {
                    throw new IOException("no answer came behind the end, or a wrong one");
                }
                FarEnd.receive(in, new Pattern(FarEnd.DOWN), FarEnd.LITTLE);
                if (in.read() >= 0) {
                    throw new IOException("more came than was sent");
                }
            }
            return "ok";
        }
    },

    /** A reset by either end ends the other; the next connection works. */
    ABRUPT("abrupt close") {
        @Override
        String run(Access access, FarEnd far, Scale scale) throws Exception {
            long id = IDS.incrementAndGet();
            try (Socket socket = access.connect()) {
                socket.getOutputStream()
                        .write(ByteBuffer.allocate(9)
                                .put((byte) FarEnd.LISTEN)
                                .putLong(id)
                                .array());
                if (socket.getInputStream().read() != FarEnd.GOOD) {
                    throw new IOException("the far end did not answer");
                }
                socket.getOutputStream().write(new byte[1 << 18]);
                socket.setSoLinger(true, 0);
            }
            if (!far.hasEnded(id, PATIENCE_SECONDS)) {
                throw new IOException(
                        "the far end learned nothing of the client's reset in " + PATIENCE_SECONDS + " s");
            }
            Socket before = access.connect(); // whose own time-out is another fault
            long received = 0;
            try (Socket socket = before) {
                socket.getOutputStream().write(FarEnd.RESET);
                byte[] piece = new byte[FarEnd.LITTLE];
                for (int read = 0; read >= 0; read = socket.getInputStream().read(piece)) {
                    received += read;
                }
            } catch (SocketTimeoutException e) {
                throw new IOException(
                        "the client learned nothing of the far end's reset behind " + received + " octets", e);
            } catch (SocketException e) {
                // As it should be; an end does as well.
            }
            echo(access);
            return "ok";
        }
    },

    /** Many writes of one octet, answered while they are sent. */
    SINGLE("writes of 1 octet") {
        @Override
        String run(Access access, FarEnd far, Scale scale) throws Exception {
            try (Socket socket = access.connect()) {
                OutputStream out = socket.getOutputStream();
                out.write(FarEnd.ECHO);
                Future<?> sending = THREADS.submit(() -> {
                    Pattern pattern = new Pattern(FarEnd.UP);
                    byte[] one = new byte[1];
                    for (int i = 0; i < scale.singles(); i++) {
                        pattern.fill(one, 1);
                        out.write(one);
                    }
                    return null;
                });
                FarEnd.receive(socket.getInputStream(), new Pattern(FarEnd.UP), scale.singles());
                finished(sending);
            }
            return "ok";
        }
    };

    /** Octets of an answer that show that the far end is there. */
    private static final int FIRST = 64;

    private static final int AT_ONCE = 8;

    private static final AtomicLong IDS = new AtomicLong();

    /** What ends must be told of: Xray waits for 5 s after one side has ended, an idle time-out is longer. */
    private static final int PATIENCE_SECONDS = 12;

    /** An end that is passed on is passed on at once; Xray waits for 5 s before it takes one for both. */
    private static final int ANSWER_MILLIS = 6_000;

    private static final int SHORT_OCTETS = 1_000;

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("driver").factory());

    private final String title;

    Check(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    abstract String run(Access access, FarEnd far, Scale scale) throws Exception;

    /** A question and its answer. */
    static void echo(Access access) throws IOException {
        try (Socket socket = access.connect()) {
            socket.getOutputStream().write(FarEnd.ECHO);
            FarEnd.send(socket.getOutputStream(), new Pattern(FarEnd.UP), SHORT_OCTETS);
            FarEnd.receive(socket.getInputStream(), new Pattern(FarEnd.UP), SHORT_OCTETS);
        }
    }

    /** Runs something with an end: what hangs is a fault. */
    static <T> T within(long seconds, Callable<T> code) throws Exception {
        Future<T> future = THREADS.submit(code);
        try {
            return future.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (java.util.concurrent.TimeoutException e) {
            future.cancel(true);
            throw new IOException("it did not end in " + seconds + " s", e);
        }
    }

    private static void finished(Future<?> future) throws Exception {
        try {
            future.get(PATIENCE_SECONDS * 3, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
