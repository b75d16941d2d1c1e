package io.sluice.proxyserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.DirectFlows;
import io.sluice.proxyserver.http.HttpServerFixture.Client;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * P08 of the security cases: requests about whose end two parsers could disagree, mutated. Whatever leaves the proxy has one request line, fields of plain
 * lines, and one word about its length, so that nobody behind it can see a second request in it. {@code -Dsluice.http.mutations} (10,000).
 */
class SmugglingTest {

    private static final int MUTATIONS = Integer.getInteger("sluice.http.mutations", 10_000);

    /** What must not be a request of its own anywhere: it only ever is in bodies, or behind what is refused. */
    private static final String INNER = "GET /smuggled HTTP/1.1\r\nHost: x\r\nX-Smuggled: 1\r\n\r\n";

    private static final List<String> SEEDS = List.of(
            "Content-Length: 50\r\n\r\n" + INNER,
            "Content-Length: 50\r\nContent-Length: 0\r\n\r\n" + INNER,
            "Transfer-Encoding: chunked\r\n\r\n32\r\n" + INNER + "\r\n0\r\n\r\n",
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n32\r\n" + INNER + "\r\n0\r\n\r\n",
            "Transfer-Encoding: identity\r\nContent-Length: 50\r\n\r\n" + INNER,
            "Transfer-Encoding:\tchunked\r\nX: y\r\n\r\n0\r\n\r\n" + INNER,
            "Transfer-Encoding\t: chunked\r\nContent-Length: 50\r\n\r\n" + INNER,
            "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 50\r\n\r\n" + INNER,
            "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 50\r\n\r\n" + INNER,
            "Connection: content-length\r\nContent-Length: 50\r\n\r\n" + INNER,
            "Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\nContent-Length: 50\r\n\r\n" + INNER,
            "Transfer-Encoding: chunked\r\n\r\n32;a=\"\r\n\"\r\n" + INNER + "\r\n0\r\n\r\n",
            "Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\nProxy-Connection: keep-alive\r\nContent-Length: 0\r\n\r\n"
                    + INNER);

    private static final String[] SPICES = {
        "\r\n",
        "\n",
        "\r",
        "\u0000",
        "\t",
        " ",
        "\u000b",
        ":",
        ",",
        ";",
        "chunked",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 0\r\n",
        "Content-Length: 50\r\n",
        "0\r\n\r\n",
        "-",
        "+",
        "0x",
        "\u00a0",
        "identity",
        INNER
    };

    private static final Pattern LINE = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\\t\\x20-\\x7e\\x80-\\xff]*");

    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        loops.close(Duration.ofSeconds(10));
    }

    @Test
    void p08_noMutation_leavesTheProxyAsTwoRequests() throws Exception {
        Random random = new Random(8);
        List<String> wrong = new ArrayList<>();
        int answered = 0;
        try (Recorder origin = new Recorder();
                var proxy = new HttpServerFixture(loops, new DirectFlows(loops))) {
            for (int i = 0; i < MUTATIONS && wrong.isEmpty(); i++) {
                String request = mutated(SEEDS.get(i % SEEDS.size()), random);
                try (Client client = proxy.connect()) {
                    client.sayRaw("POST http://" + origin.authority() + "/first HTTP/1.1\r\nHost: x\r\n" + request);
                    client.socket.shutdownOutput();
                    answered += client.readToEnd().startsWith("HTTP/1.1 200 ") ? 1 : 0;
                } catch (IOException e) {
                    // A reset is a fine answer to nonsense.
                }
                for (String left : origin.records) {
                    fault(left).ifPresent(why -> wrong.add(why + " in " + shown(left) + " of " + shown(request)));
                }
                origin.records.clear();
            }
            System.out.printf("P08: %,d mutations, %,d were good enough to be passed on%n", MUTATIONS, answered);
            assertThat(proxy.count("internalErrors")).isZero();
        }
        assertThat(wrong).isEmpty();
        assertThat(answered).as("passed on").isPositive();
    }

    private static String mutated(String seed, Random random) {
        StringBuilder text = new StringBuilder(seed);
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, SPICES[random.nextInt(SPICES.length)]);
                case 1 -> text.deleteCharAt(at);
                case 2 -> text.setCharAt(at, (char) random.nextInt(256));
                default -> text.setCharAt(at, Character.toUpperCase(text.charAt(at)));
            }
        }
        return text.toString();
    }

    /** What a second parser might take for something else, or what should have been taken out. */
    private static Optional<String> fault(String left) {
        int end = left.indexOf("\r\n\r\n");
        if (end < 0) {
            return Optional.of("a head without an end");
        }
        String[] lines = left.substring(0, end).split("\r\n", -1);
        if (!lines[0].equals("POST /first HTTP/1.1")) {
            return Optional.of("another request line");
        }
        int lengths = 0;
        int codings = 0;
        long length = 0;
        for (String line : List.of(lines).subList(1, lines.length)) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (!LINE.matcher(line).matches()) {
                return Optional.of("a strange line");
            }
            if (lower.matches("(proxy-authorization|proxy-connection|te|keep-alive|upgrade):.*")) {
                return Optional.of("a field of this hop's");
            }
            if (lower.startsWith("content-length:")) {
                lengths++;
                Matcher digits = Pattern.compile("content-length: ([0-9]{1,9})").matcher(lower);
                if (!digits.matches()) {
                    return Optional.of("a strange length");
                }
                length = Long.parseLong(digits.group(1));
            } else if (lower.startsWith("transfer-encoding:")) {
                codings++;
                if (!lower.equals("transfer-encoding: chunked")) {
                    return Optional.of("a strange coding");
                }
            }
        }
        String body = left.substring(end + 4);
        if (lengths + codings > 1) {
            return Optional.of("two words about the length");
        }
        if (codings == 0 && body.length() > length) {
            return Optional.of("something behind the body");
        }
        return codings == 1 ? chunks(body) : Optional.empty();
    }

    private static Optional<String> chunks(String body) {
        int at = 0;
        while (at < body.length()) {
            Matcher size =
                    Pattern.compile("([0-9a-fA-F]{1,8})\r\n").matcher(body).region(at, body.length());
            if (!size.lookingAt()) {
                return Optional.of("a strange chunk");
            }
            int octets = Integer.parseInt(size.group(1), 16);
            at = size.end();
            if (octets == 0) {
                return body.substring(at).equals("\r\n")
                        ? Optional.empty()
                        : Optional.of("something behind the last chunk");
            }
            if (at + octets >= body.length()) {
                return Optional.empty(); // cut off with the client
            }
            if (!body.startsWith("\r\n", at + octets)) {
                return Optional.of("a chunk of another length");
            }
            at += octets + 2;
        }
        return Optional.empty();
    }

    private static String shown(String octets) {
        return octets.replace("\r", "\\r").replace("\n", "\\n").replace("\u0000", "\\0");
    }

    /** Takes all octets of each connection, and answers each once its head is there. */
    private static final class Recorder implements AutoCloseable {

        final List<String> records = new CopyOnWriteArrayList<>();
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        Recorder() throws IOException {
            Thread.ofVirtual().start(() -> {
                while (true) {
                    try (Socket socket = server.accept()) {
                        record(socket);
                    } catch (IOException e) {
                        if (server.isClosed()) {
                            return;
                        }
                    }
                }
            });
        }

        private void record(Socket socket) throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            try {
                boolean answered = false;
                for (int octet = in.read(); octet >= 0; octet = in.read()) {
                    all.write(octet);
                    if (!answered
                            && octet == '\n'
                            && all.toString(StandardCharsets.ISO_8859_1).contains("\r\n\r\n")) {
                        answered = true;
                        socket.getOutputStream()
                                .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                    }
                }
            } finally {
                if (all.size() > 0) {
                    records.add(all.toString(StandardCharsets.ISO_8859_1));
                }
            }
        }

        String authority() {
            return "127.0.0.1:" + server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
