package io.sluice.outbound.shadowsocks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.socks.Socks5Address;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/** A program that uses a SOCKS5 proxy, with the JDK's sockets. The far host echoes. */
final class SocksUser {

    private static final int LIMIT_MILLIS = 60_000;

    private final InetSocketAddress proxy;

    SocksUser(InetSocketAddress proxy) {
        this.proxy = proxy;
    }

    /** Sends so many octets in writes of so many, and checks that all of them come back; then closes: some clients take a half-close for the end. */
    void exchange(InetSocketAddress destination, long octets, int piece) throws Exception {
        try (Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, proxy))) {
            socket.setSoTimeout(LIMIT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.connect(destination, LIMIT_MILLIS);
            AtomicReference<IOException> failure = new AtomicReference<>();
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    write(socket.getOutputStream(), octets, piece);
                } catch (IOException e) {
                    failure.set(e);
                }
            });
            long received = 0;
            byte[] buffer = new byte[65_536];
            int n = 0;
            while (received < octets && n >= 0) {
                n = socket.getInputStream().read(buffer);
                for (int i = 0; i < n; i++) {
                    if (buffer[i] != StreamProbe.octet(received++)) {
                        throw new AssertionError("octet " + (received - 1) + " is wrong");
                    }
                }
            }
            writer.join();
            if (received != octets || failure.get() != null) {
                throw new AssertionError("wanted " + octets + " octets, got " + received, failure.get());
            }
        }
    }

    private static void write(OutputStream out, long octets, int piece) throws IOException {
        byte[] buffer = new byte[piece];
        for (long at = 0; at < octets; ) {
            int size = (int) Math.min(piece, octets - at);
            for (int i = 0; i < size; i++) {
                buffer[i] = StreamProbe.octet(at + i);
            }
            out.write(buffer, 0, size);
            at += size;
        }
    }

    /** Whether a datagram of that size comes back whole (RFC 1928 §7). */
    boolean echoes(InetSocketAddress peer, int size) throws Exception {
        try (Socket control = new Socket(proxy.getAddress(), proxy.getPort());
                DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
            control.setSoTimeout(LIMIT_MILLIS);
            DataInputStream in = new DataInputStream(control.getInputStream());
            control.getOutputStream().write(new byte[] {5, 1, 0});
            in.readNBytes(2);
            control.getOutputStream().write(new byte[] {5, 3, 0, 1, 0, 0, 0, 0, 0, 0});
            in.readNBytes(3);
            byte[] reply = in.readNBytes(7);
            ByteBuf packet = Unpooled.buffer().writeZero(3);
            Socks5Address.write(peer, packet);
            packet.writeBytes(DatagramProbe.payload(size));
            int port = (reply[5] & 0xFF) << 8 | reply[6] & 0xFF;
            byte[] answer = new byte[65_535];
            DatagramPacket back = new DatagramPacket(answer, answer.length);
            socket.setSoTimeout(5_000);
            // Datagrams may be lost: the first ones of a session while it is opened.
            for (int attempt = 0; attempt < 6; attempt++) {
                socket.send(new DatagramPacket(
                        packet.array(), packet.readableBytes(), new InetSocketAddress("127.0.0.1", port)));
                try {
                    socket.receive(back);
                    byte[] payload = new byte[size];
                    ByteBuf rest = Unpooled.wrappedBuffer(answer, 3, back.getLength() - 3);
                    Socks5Address.read(rest);
                    if (rest.readableBytes() != size) {
                        return false;
                    }
                    rest.readBytes(payload);
                    return Arrays.equals(payload, DatagramProbe.payload(size));
                } catch (SocketTimeoutException lost) {
                    // Once more.
                }
            }
            return false;
        }
    }
}
