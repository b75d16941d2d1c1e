package io.sluice.itest;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The program beyond the appliance: sends {@link Stream} at a fixed pace on the ports that it is told, until the client ends its half; and
 * a SOCKS5 server (RFC 1928, CONNECT to an IPv4 address, no authentication), and VLESS servers. Ends when standard input does, so with the test.
 */
public final class TrafficServer {

    /** Bytes of one write; 16 KiB keep the pace even. */
    private static final int CHUNK = 16 * 1024;

    private final long nanosPerChunk;

    private TrafficServer(int bytesPerSecond) {
        nanosPerChunk = CHUNK * 1_000_000_000L / bytesPerSecond;
    }

    /** Arguments: pace in bytes per second, SOCKS port, ports to send on. */
    public static void main(String[] arguments) throws IOException {
        TrafficServer server = new TrafficServer(Integer.parseInt(arguments[0]));
        listen(Integer.parseInt(arguments[1]), TrafficServer::socks);
        listen(World.VLESS_SERVER, VlessServer::plain);
        listen(World.WEBSOCKET_SERVER, VlessServer::websocket);
        for (int i = 2; i < arguments.length; i++) {
            listen(Integer.parseInt(arguments[i]), server::send);
        }
        System.out.println("ready");
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    private static void listen(int port, Conversation conversation) throws IOException {
        ServerSocket listener = new ServerSocket(port, 256);
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                try {
                    Socket socket = listener.accept();
                    Thread.ofVirtual().start(() -> {
                        try (socket) {
                            conversation.hold(socket);
                        } catch (IOException e) {
                            System.out.println(port + ": " + e);
                        }
                    });
                } catch (IOException e) {
                    System.out.println(port + ": " + e);
                }
            }
        });
    }

    private void send(Socket socket) throws IOException {
        AtomicBoolean enough = new AtomicBoolean();
        Thread.ofVirtual().start(() -> {
            try {
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // The writer finds out too.
            } finally {
                enough.set(true);
            }
        });
        OutputStream out = socket.getOutputStream();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long position = 0;
        long due = System.nanoTime();
        while (!enough.get()) {
            for (chunk.clear(); chunk.hasRemaining(); position += Stream.WORD) {
                chunk.putLong(Stream.word(position));
            }
            out.write(chunk.array());
            due += nanosPerChunk;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        out.write(ByteBuffer.allocate(Stream.WORD).putLong(Stream.end(position)).array());
        socket.shutdownOutput();
    }

    private static void socks(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        OutputStream out = client.getOutputStream();
        in.readByte();
        in.skipNBytes(in.readUnsignedByte());
        out.write(new byte[] {5, 0});
        byte[] request = in.readNBytes(4);
        if (request.length < 4 || request[1] != 1 || request[3] != 1) {
            throw new IOException("only CONNECT to IPv4 is served");
        }
        InetAddress address = InetAddress.getByAddress(in.readNBytes(4));
        try (Socket target = new Socket()) {
            target.connect(new InetSocketAddress(address, in.readUnsignedShort()));
            out.write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
            Thread up = Thread.ofVirtual().start(() -> relay(in, target));
            relay(target.getInputStream(), client);
            join(up);
        }
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void relay(InputStream from, Socket to) {
        try {
            from.transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            try {
                to.setSoLinger(true, 0);
                to.close();
            } catch (IOException closed) {
                // It is what we wanted.
            }
        }
    }
}
