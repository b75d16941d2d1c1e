package io.sluice.bench;

import io.sluice.bench.KernelSockets.Failure;
import java.nio.ByteBuffer;

/**
 * The reference: takes redirected connections, connects onwards directly or through the SOCKS5 server, and lets splice(2) move the octets from
 * socket to socket, by two blocking threads a connection. It listens on the very ports that the groups use, so that the destination's port is the one
 * it was met at.
 */
final class SpliceRelay {

    /** RFC 1928 §3 and §4 in one: no authentication, CONNECT to an IPv4 address. */
    private static final byte[] SOCKS_CONNECT = {5, 1, 0, 5, 1, 0, 1};

    /** Method selection and a reply with an IPv4 address. */
    private static final int SOCKS_ANSWER = 2 + 10;

    private final boolean direct;

    private SpliceRelay(boolean direct) {
        this.direct = direct;
    }

    /** @param arguments {@code direct} or {@code socks}, and the congestion control towards clients where it is not to be the default */
    public static void main(String[] arguments) throws InterruptedException {
        SpliceRelay relay = new SpliceRelay(arguments.length > 0 && arguments[0].equals("direct"));
        for (int port : Ports.ALL) {
            int listener = KernelSockets.listen(port, arguments.length > 1 ? arguments[1] : "");
            Thread.ofPlatform().start(() -> relay.accept(listener, port));
        }
        System.out.println("ready");
        Thread.currentThread().join();
    }

    private void accept(int listener, int port) {
        while (true) {
            int client = KernelSockets.accept(listener);
            thread(() -> connect(client, port));
        }
    }

    /** With a small stack: there are two a connection. */
    private static void thread(Runnable task) {
        new Thread(null, task, "relay", 64 << 10).start();
    }

    private void connect(int client, int port) {
        int server = KernelSockets.socket();
        try {
            if (direct) {
                KernelSockets.connect(server, Site.SERVER, port);
            } else {
                KernelSockets.connect(server, Site.PROXY, Site.PROXY_PORT);
                negotiate(server, port);
            }
        } catch (Failure e) {
            KernelSockets.close(client);
            KernelSockets.close(server);
            return;
        }
        Connection connection = new Connection(client, server);
        thread(() -> connection.move(client, server));
        connection.move(server, client);
    }

    private static void negotiate(int server, int port) {
        ByteBuffer request = ByteBuffer.allocate(SOCKS_CONNECT.length + 6);
        request.put(SOCKS_CONNECT).put(KernelSockets.octets(Site.SERVER)).putShort((short) port);
        KernelSockets.write(server, request.array());
        byte[] answer = KernelSockets.readFully(server, SOCKS_ANSWER);
        if (answer[1] != 0 || answer[3] != 0) {
            throw new Failure("the SOCKS5 server refused", 0);
        }
    }

    /** Two sockets that are closed when both directions have ended. */
    private static final class Connection {
        private final int one;
        private final int other;
        private int ended;

        Connection(int one, int other) {
            this.one = one;
            this.other = other;
        }

        void move(int from, int to) {
            try {
                KernelSockets.spliceAll(from, to);
            } catch (Failure e) {
                KernelSockets.shutdownBoth(from);
                KernelSockets.shutdownBoth(to);
            } finally {
                end();
            }
        }

        private synchronized void end() {
            if (++ended == 2) {
                KernelSockets.close(one);
                KernelSockets.close(other);
            }
        }
    }
}
