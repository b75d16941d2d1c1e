package io.sluice.matrix;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/**
 * What the far end says, TCP and UDP at {@link #PORT}. The first octet of a connection asks: {@link #BOTH_WAYS} and a count: sends that many octets while it reads as many,
 * then {@link #GOOD}; {@link #ECHO}; {@link #BEHIND_THE_END}: sends {@link #GOOD}, reads to the end, then sends the CRC of it and a sequence; {@link #RESET}: sends a little, then a
 * reset; {@link #LISTEN} and a number: sends {@link #GOOD}, reads, and tells {@link #hasEnded} of its end; {@link #SINK}: sends {@link #GOOD} and reads; {@link #SOURCE}: sends until the client leaves. UDP is an echo.
 */
final class FarEnd implements AutoCloseable {

    static final int PORT = 7;

    static final int BOTH_WAYS = 'B';
    static final int ECHO = 'E';
    static final int BEHIND_THE_END = 'H';
    static final int RESET = 'R';
    static final int LISTEN = 'L';
    static final int SINK = 'D';
    static final int SOURCE = 'S';

    static final int GOOD = 'k';

    static final long UP = 1;
    static final long DOWN = 2;

    /** Octets that a connection gets behind its own end, or before it is reset. */
    static final int LITTLE = 1 << 16;

    private final ServerSocket listener;
    private final DatagramSocket echo;
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("far").factory());
    private final Map<Long, CountDownLatch> ended = new ConcurrentHashMap<>();

    FarEnd(NetworkNamespace far) throws Exception {
        InetAddress address = InetAddress.ofLiteral(Site.FAR);
        listener = far.call(() -> {
            ServerSocket socket = new ServerSocket();
            socket.bind(new InetSocketAddress(address, PORT), 512);
            return socket;
        });
        echo = far.call(() -> new DatagramSocket(PORT, address));
        echo.setSendBufferSize(1 << 20);
        echo.setReceiveBufferSize(1 << 20);
        threads.execute(this::accept);
        threads.execute(this::echoDatagrams);
    }

    /** Waits for the end, in order or not, of the connection that asked for {@link #LISTEN} with this number. */
    boolean hasEnded(long id, int seconds) throws InterruptedException {
        try {
            return latch(id).await(seconds, TimeUnit.SECONDS);
        } finally {
            ended.remove(id);
        }
    }

    private CountDownLatch latch(long id) {
        return ended.computeIfAbsent(id, _ -> new CountDownLatch(1));
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                threads.execute(() -> hold(socket));
            }
        } catch (IOException e) {
            // closed: the only end there is
        }
    }

    private void echoDatagrams() {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        try {
            while (true) {
                packet.setLength(65_536);
                echo.receive(packet);
                echo.send(packet);
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void hold(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            switch (in.read()) {
                case BOTH_WAYS -> bothWays(in, out);
                case ECHO -> in.transferTo(out);
                case BEHIND_THE_END -> {
                    out.write(GOOD);
                    behindTheEnd(in, out);
                }
                case RESET -> {
                    send(out, new Pattern(DOWN), LITTLE);
                    socket.setSoLinger(true, 0); // closing sends a reset
                }
                case LISTEN -> listen(in, out);
                case SINK -> {
                    out.write(GOOD);
                    drain(in);
                }
                case SOURCE -> pour(out);
                default -> socket.setSoLinger(true, 0);
            }
        } catch (Exception e) {
            // the driver says what it missed
        }
    }

    private void bothWays(InputStream in, OutputStream out) throws Exception {
        long count = new DataInputStream(in).readLong();
        Future<?> sending = threads.submit(() -> {
            send(out, new Pattern(DOWN), count);
            return null;
        });
        receive(in, new Pattern(UP), count);
        sending.get();
        out.write(GOOD);
        drain(in);
    }

    private static void behindTheEnd(InputStream in, OutputStream out) throws IOException {
        CRC32 sum = new CRC32();
        byte[] piece = new byte[1 << 16];
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            sum.update(piece, 0, read);
        }
        out.write("%08x".formatted(sum.getValue()).getBytes());
        send(out, new Pattern(DOWN), LITTLE);
    }

    private void listen(InputStream in, OutputStream out) throws IOException {
        CountDownLatch latch = latch(new DataInputStream(in).readLong());
        try {
            out.write(GOOD);
            drain(in);
        } finally {
            latch.countDown();
        }
    }

    private static void drain(InputStream in) throws IOException {
        byte[] piece = new byte[1 << 18];
        while (in.read(piece) >= 0) {}
    }

    private static void pour(OutputStream out) throws IOException {
        byte[] piece = new byte[1 << 18];
        while (true) {
            out.write(piece);
        }
    }

    /** Sends the next octets of a sequence, in writes of a megabyte. */
    static void send(OutputStream out, Pattern pattern, long count) throws IOException {
        byte[] piece = new byte[(int) Math.min(count, 1 << 20)];
        for (long left = count; left > 0; left -= piece.length) {
            int now = (int) Math.min(left, piece.length);
            pattern.fill(piece, now);
            out.write(piece, 0, now);
        }
    }

    /** Reads the next octets of a sequence. */
    static void receive(InputStream in, Pattern pattern, long count) throws IOException {
        byte[] piece = new byte[(int) Math.min(count, 1 << 18)];
        for (long left = count; left > 0; ) {
            int read = in.read(piece, 0, (int) Math.min(left, piece.length));
            if (read < 0) {
                throw new IOException("the stream ended at " + pattern.position() + " of " + count);
            }
            pattern.check(piece, read);
            left -= read;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        echo.close();
        threads.shutdownNow();
    }
}
