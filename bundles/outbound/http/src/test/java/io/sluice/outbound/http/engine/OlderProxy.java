package io.sluice.outbound.http.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A proxy of HTTP/1.1 on loopback that knows CONNECT and nothing else: what stands behind nghttpx. Refuses port 1 with 407. */
final class OlderProxy implements AutoCloseable {

    private final ServerSocket listener;

    OlderProxy() throws IOException {
        listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void serve(Socket client) {
        try (client) {
            String authority = head(client.getInputStream()).split(" ")[1];
            int port = Integer.parseInt(authority.substring(authority.lastIndexOf(':') + 1));
            OutputStream out = client.getOutputStream();
            if (port == 1) {
                out.write("HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return;
            }
            try (Socket far = new Socket(InetAddress.getLoopbackAddress(), port)) {
                out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                Thread back = Thread.ofVirtual().start(() -> copy(far, client));
                copy(client, far);
                back.join();
            }
        } catch (IOException e) {
            // the tunnel ends with either
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("the request ended within its head");
            }
            read.write(octet);
        }
        return read.toString(StandardCharsets.US_ASCII);
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // the other direction ends by the same
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
