package io.sluice.proxyserver.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A web server that answers each head, and what its Content-Length or chunks bring, with the next of its answers. "\n" means CR LF. */
final class ScriptedOrigin implements AutoCloseable {

    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    private final String[] answers;

    ScriptedOrigin(String... answers) throws IOException {
        this.answers = answers;
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    connections.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private void serve(Socket socket) {
        try (socket) {
            for (String request = read(socket.getInputStream()); !request.isEmpty(); ) {
                requests.add(request);
                String answer = answers[Math.min(requests.size(), answers.length) - 1].replace("\n", "\r\n");
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                if (answer.contains("Connection: close")) {
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                    return;
                }
                request = read(socket.getInputStream());
            }
        } catch (IOException e) {
            requests.add("fault: " + e.getMessage());
        }
    }

    private static String read(InputStream in) throws IOException {
        StringBuilder all = new StringBuilder(until(in, "\r\n\r\n"));
        String head = all.toString().toLowerCase(java.util.Locale.ROOT);
        int at = head.indexOf("content-length: ");
        if (at >= 0) {
            int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
            all.append(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
        } else if (head.contains("transfer-encoding: chunked")) {
            all.append(until(in, "0\r\n\r\n"));
        }
        return all.toString().replace("\r\n", "\n");
    }

    private static String until(InputStream in, String end) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            all.write(octet);
            if (all.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
                return all.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return "";
    }

    String authority() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
