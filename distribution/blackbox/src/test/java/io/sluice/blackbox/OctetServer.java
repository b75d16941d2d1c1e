package io.sluice.blackbox;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * A TCP server, and its clients, that check every octet. The client's first octet says what happens: {@code U}: it sends a known sequence and its FIN, and is
 * told the checksum after it; {@code D}: it is sent a known sequence and a FIN; {@code R}: it is sent some octets and then reset; {@code H}: it is
 * sent some octets, and no more.
 */
final class OctetServer implements AutoCloseable {

    static final int PORT = 7007;
    private static final int LENGTH = 12_345_678;
    private static final int TIME_OUT_MILLIS = 60_000;

    private final ServerSocket listener;

    OctetServer(NetworkNamespace namespace) throws Exception {
        listener = namespace.call(() -> new ServerSocket(PORT, 64, InetAddress.ofLiteral("::")));
        Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed: the only end there is
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setSoTimeout(TIME_OUT_MILLIS);
            switch (socket.getInputStream().read()) {
                case 'U' -> {
                    long sum = sum(socket.getInputStream());
                    socket.getOutputStream().write(Long.toString(sum).getBytes());
                }
                case 'D' -> send(socket.getOutputStream(), LENGTH);
                case 'R' -> {
                    send(socket.getOutputStream(), 1 << 20);
                    socket.setSoLinger(true, 0);
                }
                case 'H' -> {
                    send(socket.getOutputStream(), 1 << 20);
                    socket.getInputStream().read();
                }
                default -> socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            // the client says what it missed
        }
    }

    /** Whether a sequence arrived as it was sent, its FIN was seen, and the answer behind the FIN came back. */
    static boolean uploads(String address) throws IOException {
        try (Socket socket = connect(address, 'U')) {
            CRC32 sent = send(socket.getOutputStream(), LENGTH);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes()).equals(Long.toString(sent.getValue()));
        }
    }

    /** Whether a sequence is received as it was sent, to its FIN. */
    static boolean downloads(String address) throws IOException {
        try (Socket socket = connect(address, 'D')) {
            CRC32 expected = send(OutputStream.nullOutputStream(), LENGTH);
            return sum(socket.getInputStream()) == expected.getValue();
        }
    }

    /** How a connection ends that the server resets. */
    static String endOfReset(String address) throws IOException {
        return end(connect(address, 'R'));
    }

    /** A connection that has received something, and waits for more. */
    static Socket halfway(String address) throws IOException {
        Socket socket = connect(address, 'H');
        socket.getInputStream().readNBytes(1 << 20);
        return socket;
    }

    /** Reads to the end of a connection: {@code FIN}, or what the kernel says. */
    static String end(Socket socket) throws IOException {
        try (socket) {
            sum(socket.getInputStream());
            return "FIN";
        } catch (java.net.SocketException e) {
            return e.getMessage();
        }
    }

    private static Socket connect(String address, char what) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIME_OUT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), PORT), TIME_OUT_MILLIS);
        socket.getOutputStream().write(what);
        return socket;
    }

    private static CRC32 send(OutputStream out, int length) throws IOException {
        CRC32 sum = new CRC32();
        Random octets = new Random(7);
        byte[] piece = new byte[100_000];
        for (int left = length; left > 0; left -= piece.length) {
            octets.nextBytes(piece);
            int now = Math.min(left, piece.length);
            sum.update(piece, 0, now);
            out.write(piece, 0, now);
        }
        return sum;
    }

    private static long sum(InputStream in) throws IOException {
        CRC32 sum = new CRC32();
        byte[] piece = new byte[65_536];
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            sum.update(piece, 0, read);
        }
        return sum.getValue();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
