package io.sluice.lab;

import io.sluice.testkit.netns.ThreadNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Somebody who has no business at the management interface, and asks all the same without end: no token, a wrong one, nonsense. */
final class Stranger implements AutoCloseable {

    private static final List<String> WORDS = List.of(
            "GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1:9080\r\n\r\n",
            "POST /api/v1/killswitch:disarm HTTP/1.1\r\nHost: 127.0.0.1:9080\r\nAuthorization: Bearer no\r\n"
                    + "Content-Length: 0\r\n\r\n",
            "\u0000\u0001nonsense\r\n".repeat(50));

    private final Thread thread;
    private volatile boolean running = true;
    private volatile long answers;

    Stranger(String namespace) {
        thread = Thread.ofPlatform().daemon().name("stranger").start(() -> life(namespace));
    }

    private void life(String namespace) {
        try {
            ThreadNamespace.callInside(namespace, () -> {
                for (int i = 0; running; i++) {
                    ask(WORDS.get(i % WORDS.size()));
                }
                return null;
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void ask(String words) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", 9080), 500);
            socket.setSoTimeout(500);
            socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
            if (socket.getInputStream().read() >= 0) {
                answers++;
            }
        } catch (IOException e) {
            // Refused, which is what a stranger is to be; not too busily.
            Waiting.pause(5);
        }
    }

    /** How often it was answered at all: refused in words. */
    long answers() {
        return answers;
    }

    @Override
    public void close() {
        running = false;
        Waiting.end(thread);
    }
}
