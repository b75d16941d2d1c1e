import java.io.ByteArrayOutputStream;
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
import java.net.SocketException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Traffic for the training run of own-runtime.sh: clients behind the TUN device, and the SOCKS5 proxy that it leads to, which plays every
 * server itself. By port: 7 echoes, 9 swallows, 19 sends without end; datagrams come back. Run in a network namespace of its own.
 */
final class Training {

    /** RFC 2544 addresses: they exist on no host. */
    private static final String SERVER = "198.18.3.2";

    private static final int PROXY_PORT = 1080;
    private static final int ECHO = 7;
    private static final int SINK = 9;
    private static final int SOURCE = 19;
    /** Above the 10,000 invocations from which the JVM compiles with full optimisation, for what a connection calls four times. */
    private static final int CONNECTIONS = 6_000;

    private static final long BULK_OCTETS = 1L << 31;
    private static final int DATAGRAMS = 20_000;

    private Training() {}

    public static void main(String[] arguments) throws Exception {
        ServerSocket proxy = new ServerSocket(PROXY_PORT, 512, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(() -> accept(proxy));
        firstConnection();
        try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                clients.submit(reported(() -> connections(CONNECTIONS / 8)));
            }
        }
        connections(CONNECTIONS / 4);
        for (int streams : new int[] {1, 4}) {
            try (ExecutorService clients = Executors.newFixedThreadPool(streams)) {
                for (int i = 0; i < streams; i++) {
                    clients.submit(reported(() -> upload(BULK_OCTETS / streams)));
                }
            }
            try (ExecutorService clients = Executors.newFixedThreadPool(streams)) {
                for (int i = 0; i < streams; i++) {
                    clients.submit(reported(() -> download(BULK_OCTETS / streams)));
                }
            }
        }
        datagrams(DATAGRAMS, 64);
        datagrams(DATAGRAMS, 1_400);
    }

    private static Callable<Void> reported(Callable<Void> task) {
        return () -> {
            try {
                return task.call();
            } catch (Exception e) {
                e.printStackTrace();
                System.exit(1);
                throw e;
            }
        };
    }

    // ---- clients

    /** The appliance says that it is ready a little before its device is up. */
    private static void firstConnection() throws Exception {
        for (int attempt = 0; ; attempt++) {
            try {
                connections(1);
                return;
            } catch (IOException e) {
                if (attempt == 100) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    private static Socket dial(int port) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(SERVER, port), 5_000);
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static Void connections(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            try (Socket socket = dial(ECHO)) {
                for (int turn = 0; turn < 2; turn++) {
                    socket.getOutputStream().write('x');
                    if (socket.getInputStream().read() != 'x') {
                        throw new IOException("no echo");
                    }
                }
                if (i % 16 == 0) {
                    socket.setSoLinger(true, 0); // some end with a reset
                } else if (i % 2 == 0) {
                    socket.shutdownOutput();
                    socket.getInputStream().read();
                }
            }
        }
        return null;
    }

    private static Void upload(long octets) throws IOException {
        try (Socket socket = dial(SINK)) {
            byte[] block = new byte[128 * 1024];
            for (long sent = 0; sent < octets; sent += block.length) {
                socket.getOutputStream().write(block);
            }
        }
        return null;
    }

    private static Void download(long octets) throws IOException {
        try (Socket socket = dial(SOURCE)) {
            byte[] block = new byte[128 * 1024];
            for (long got = 0; got < octets; ) {
                got += socket.getInputStream().read(block);
            }
        }
        return null;
    }

    private static void datagrams(int count, int size) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(SERVER, ECHO));
            socket.setSoTimeout(20);
            DatagramPacket packet = new DatagramPacket(new byte[size], size);
            for (int i = 0; i < count; i++) {
                socket.send(packet);
                if (i % 8 == 7) {
                    for (int answers = 0; answers < 8; answers++) {
                        try {
                            socket.receive(packet);
                        } catch (java.net.SocketTimeoutException e) {
                            break; // one was lost
                        }
                    }
                }
            }
        }
    }

    // ---- the proxy: RFC 1928, without authentication

    private static void accept(ServerSocket proxy) {
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory())) {
            while (true) {
                Socket client = proxy.accept();
                threads.submit(() -> {
                    try (client) {
                        client.setTcpNoDelay(true);
                        serve(client);
                    } catch (IOException e) {
                        // The client has gone: some are told to.
                    }
                });
            }
        } catch (IOException e) {
            throw new IllegalStateException("the training proxy failed", e);
        }
    }

    private static void serve(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        in.readByte();
        in.readNBytes(in.readUnsignedByte());
        client.getOutputStream().write(new byte[] {5, 0});
        in.readByte();
        int command = in.readUnsignedByte();
        in.readByte();
        in.readNBytes(in.readUnsignedByte() == 4 ? 16 : 4);
        int port = in.readUnsignedShort();
        if (command == 3) {
            try (DatagramSocket relay = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                reply(client, relay.getLocalPort());
                Thread.ofPlatform().daemon().start(() -> echo(relay));
                in.read();
            }
            return;
        }
        reply(client, port);
        switch (port) {
            case ECHO -> in.transferTo(client.getOutputStream());
            case SINK -> swallow(in);
            default -> source(client.getOutputStream());
        }
    }

    private static void reply(Socket client, int port) throws IOException {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        reply.writeBytes(new byte[] {5, 0, 0, 1, 127, 0, 0, 1, (byte) (port >> 8), (byte) port});
        client.getOutputStream().write(reply.toByteArray());
    }

    /** The header of RFC 1928 section 7 names the far end in both directions, so a datagram is its own answer. */
    private static void echo(DatagramSocket relay) {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        try {
            while (true) {
                packet.setLength(65_535);
                relay.receive(packet);
                relay.send(packet);
            }
        } catch (SocketException e) {
            // closed: the association has ended
        } catch (IOException e) {
            e.printStackTrace();
        }
    }

    private static void swallow(InputStream in) throws IOException {
        byte[] block = new byte[128 * 1024];
        while (in.read(block) >= 0) {}
    }

    private static void source(OutputStream out) throws IOException {
        byte[] block = new byte[128 * 1024];
        while (true) {
            out.write(block);
        }
    }
}
