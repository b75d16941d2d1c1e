package io.sluice.blackbox;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A TCP port of a namespace's loopback, reached from the tests' own namespace by a port of its loopback. Ends with what is open. */
final class NamespacePort implements AutoCloseable {

    /** Connections that wait to be accepted: one client has a few. */
    private static final int BACKLOG = 16;

    private final NetworkNamespace namespace;
    private final int inside;
    private final ServerSocket outside;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    NamespacePort(NetworkNamespace namespace, int inside) throws IOException {
        this.namespace = namespace;
        this.inside = inside;
        this.outside = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int number() {
        return outside.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = outside.accept();
                Socket server = dial();
                threads.execute(() -> carry(client, server));
                threads.execute(() -> carry(server, client));
            }
        } catch (IOException e) {
            if (!outside.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Sockets belong to the namespace of the thread that makes them. */
    private Socket dial() throws IOException {
        try {
            return namespace.call(() -> new Socket(InetAddress.getLoopbackAddress(), inside));
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("port " + inside + " of " + namespace.name(), e);
        }
    }

    private static void carry(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one of the two has hung up: the other is, too
        }
    }

    @Override
    public void close() throws IOException {
        outside.close();
        threads.shutdownNow();
    }
}
