package io.sluice.proxyserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import io.sluice.api.flow.CloseReason;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.DirectFlows;
import io.sluice.proxyserver.ScriptedFlows;
import io.sluice.proxyserver.http.HttpServerFixture.Client;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConversationTest {

    private static final String HELLO = "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello";
    private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\n\n";
    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    // CONNECT

    @Test
    void connect_withEarlyData_isATunnel() throws Exception {
        ScriptedFlows flows = new ScriptedFlows();
        try (var proxy = new HttpServerFixture(loops, flows);
                Client client = proxy.connect()) {
            client.say("CONNECT example.com:443 HTTP/1.1\nHost: example.com:443\n\nearly");
            client.socket.shutdownOutput();

            assertThat(client.readToEnd()).isEqualTo(ESTABLISHED + "early");
            assertThat(flows.streams.getFirst().source().destination().toString())
                    .isEqualTo("example.com/<unresolved>:443");
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1:80, /127.0.0.1:80", "[::1]:443, /[0:0:0:0:0:0:0:1]:443", "a-b.c:1, a-b.c/<unresolved>:1"})
    void connect_authority_isParsed(String authority, String destination) throws Exception {
        ScriptedFlows flows = new ScriptedFlows();
        try (var proxy = new HttpServerFixture(loops, flows);
                Client client = proxy.connect()) {
            client.say("CONNECT " + authority + " HTTP/1.0\n\n").readUntil(ESTABLISHED);
            assertThat(flows.streams.getFirst().source().destination()).hasToString(destination);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POLICY_REJECTED, 403",
        "CONNECT_TIMEOUT, 504",
        "CONNECT_REFUSED, 502",
        "UNREACHABLE, 502",
        "RESOLVE_FAILED, 502",
        "EGRESS_UNAVAILABLE, 503",
        "LIMIT_REACHED, 503"
    })
    void refused_saysWhy_forBothKinds(CloseReason reason, String status) throws Exception {
        for (String request : new String[] {
            "CONNECT example.com:443 HTTP/1.1\nHost: x\n\nunread",
            "POST http://example.com/ HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc"
        }) {
            ScriptedFlows flows = new ScriptedFlows();
            flows.refusal = reason;
            try (var proxy = new HttpServerFixture(loops, flows);
                    Client client = proxy.connect()) {
                assertThat(client.say(request).readToEnd())
                        .startsWith("HTTP/1.1 " + status + " ")
                        .contains("Connection: close")
                        .endsWith("(" + reason + ")\n");
            }
        }
    }

    @Test
    void dropped_closesWithoutAWord() throws Exception {
        ScriptedFlows flows = new ScriptedFlows();
        flows.refusal = CloseReason.POLICY_DROPPED;
        try (var proxy = new HttpServerFixture(loops, flows);
                Client client = proxy.connect()) {
            assertThat(client.say("CONNECT example.com:443 HTTP/1.1\nHost: x\n\n")
                            .readToEnd())
                    .isEmpty();
        }
    }

    // Plain requests

    @Test
    void plainRequest_isWrittenAnew_withoutHopByHopFields() throws Exception {
        try (var origin = new ScriptedOrigin(HELLO);
                var proxy = new HttpServerFixture(loops, new DirectFlows(loops), "alice:secret");
                Client client = proxy.connect()) {
            String basic = Base64.getEncoder().encodeToString("alice:secret".getBytes());
            client.say("GET http://" + origin.authority() + "/a?b=c HTTP/1.1\nHost: elsewhere.example\n"
                    + "Proxy-Authorization: Basic " + basic + "\nProxy-Connection: keep-alive\n"
                    + "Connection: X-Private, keep-alive\nKeep-Alive: 300\nX-Private: 1\nTE: trailers\n"
                    + "Upgrade: websocket\nX-Public: 2\n\n");

            assertThat(client.readUntil("hello")).isEqualTo(HELLO);
            assertThat(origin.requests)
                    .containsExactly("GET /a?b=c HTTP/1.1\nHost: " + origin.authority() + "\nX-Public: 2\n\n");
        }
    }

    @Test
    void keepAlive_sameHost_isOneFlow_otherHostAnother_inOrder() throws Exception {
        try (var one = new ScriptedOrigin(HELLO);
                var two = new ScriptedOrigin(HELLO)) {
            DirectFlows flows = new DirectFlows(loops);
            try (var proxy = new HttpServerFixture(loops, flows);
                    Client client = proxy.connect()) {
                // All at once: pipelined
                client.say("GET http://" + one.authority() + "/1 HTTP/1.1\nHost: x\n\n"
                        + "POST http://" + one.authority() + "/2 HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc"
                        + "POST http://" + two.authority()
                        + "/3 HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n3\ndef\n0\nTrailer: t\n\n"
                        + "GET http://" + one.authority() + "/4 HTTP/1.1\nHost: x\nConnection: close\n\n");
                String all = client.readToEnd();

                assertThat(all.split("hello", -1)).hasSize(5);
                assertThat(all.split("Connection: close", -1))
                        .as("only the last")
                        .hasSize(2);
                assertThat(one.requests).hasSize(3);
                assertThat(one.requests.get(1)).startsWith("POST /2").endsWith("\n\nabc");
                assertThat(two.requests.getFirst()).endsWith("3\ndef\n0\n\n").doesNotContain("Trailer");
                assertThat(flows.streams).hasSize(3);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n', '3\nabc\n0\n\n', transfer-encoding: chunked",
        "'HTTP/1.1 200 OK\nConnection: close\n\nabc', '3\nabc\n0\n\n', transfer-encoding: chunked",
        "'HTTP/1.0 200 OK\nConnection: close\nContent-Length: 3\n\nabc', 'abc', Content-Length: 3",
        "'HTTP/1.1 204 No Content\nX: y\n\n', 'X: y\n\n', X: y",
        "'HTTP/1.1 304 Not Modified\nContent-Length: 9\n\n', 'Content-Length: 9\n\n', 304",
        "'HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\nContent-Length: 3\n\nabc', 'abc', 100 Continue"
    })
    void response_isFramedForTheClient_whichGoesOn(String answer, String end, String field) throws Exception {
        try (var origin = new ScriptedOrigin(answer, HELLO);
                var proxy = new HttpServerFixture(loops, new DirectFlows(loops));
                Client client = proxy.connect()) {
            client.say("GET http://" + origin.authority() + "/ HTTP/1.1\nHost: x\n\n");
            assertThat(client.readUntil(end)).containsIgnoringCase(field).doesNotContain("Connection: close");
            client.say("GET http://" + origin.authority() + "/ HTTP/1.1\nHost: x\n\n");
            assertThat(client.readUntil("hello")).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void head_hasNoContent_andTheClientGoesOn() throws Exception {
        try (var origin = new ScriptedOrigin("HTTP/1.1 200 OK\nContent-Length: 9\n\n", HELLO);
                var proxy = new HttpServerFixture(loops, new DirectFlows(loops));
                Client client = proxy.connect()) {
            client.say("HEAD http://" + origin.authority() + "/ HTTP/1.1\nHost: x\n\n")
                    .readUntil("\n\n");
            assertThat(client.say("GET http://" + origin.authority() + "/ HTTP/1.1\nHost: x\n\n")
                            .readUntil("hello"))
                    .isEqualTo(HELLO);
        }
    }

    @Test
    void http10Client_getsNoChunks_andAnEnd() throws Exception {
        try (var origin = new ScriptedOrigin("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n");
                var proxy = new HttpServerFixture(loops, new DirectFlows(loops));
                Client client = proxy.connect()) {
            assertThat(client.say("GET http://" + origin.authority() + "/ HTTP/1.0\n\n")
                            .readToEnd())
                    .endsWith("\n\nabc")
                    .doesNotContainIgnoringCase("chunked");
        }
    }

    @Test
    void truncatedResponse_isVisibleToTheClient() throws Exception {
        try (var origin = new ScriptedOrigin("HTTP/1.1 200 OK\nConnection: close\nContent-Length: 9\n\nabc");
                var proxy = new HttpServerFixture(loops, new DirectFlows(loops));
                Client client = proxy.connect()) {
            assertThat(client.say("GET http://" + origin.authority() + "/ HTTP/1.1\nHost: x\n\n")
                            .readToEnd())
                    .endsWith("Content-Length: 9\n\nabc");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\n\n", "HTTP/1.1 101 Switching Protocols\nUpgrade: x\n\n", "Connection: close"})
    void uselessAnswer_isABadGateway(String answer) throws Exception {
        try (var origin = new ScriptedOrigin(answer);
                var proxy = new HttpServerFixture(loops, new DirectFlows(loops));
                Client client = proxy.connect()) {
            assertThat(client.say("GET http://" + origin.authority() + "/ HTTP/1.1\nHost: x\n\n")
                            .readToEnd())
                    .startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void largeBodies_passBothWays_whole() throws Exception {
        int length = 8 << 20;
        String body = "x".repeat(length);
        try (var origin = new ScriptedOrigin("HTTP/1.1 200 OK\nContent-Length: " + length + "\n\n" + body);
                var proxy = new HttpServerFixture(loops, new DirectFlows(loops));
                Client client = proxy.connect()) {
            client.say("POST http://" + origin.authority() + "/ HTTP/1.1\nHost: x\nConnection: close\nContent-Length: "
                    + length + "\n\n" + body);
            String all = client.readToEnd();
            assertThat(all.length() - all.indexOf("\n\n") - 2).isEqualTo(length);
            assertThat(origin.requests.getFirst()).endsWith(body);
        }
    }

    // Refusals

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: x\n\n",
                "GET https://a/ HTTP/1.1\nHost: x\n\n",
                "GET http://user@a/ HTTP/1.1\nHost: x\n\n",
                "GET http://a:99999/ HTTP/1.1\nHost: x\n\n",
                "GET http://a:0/ HTTP/1.1\nHost: x\n\n",
                "GET http:///x HTTP/1.1\nHost: x\n\n",
                "GET http://a b/ HTTP/1.1\nHost: x\n\n",
                "GET http://a/ HTTP/1.1\n\n",
                "GET http://a/ HTTP/1.1\nHost: x\nHost: y\n\n",
                "GET http://a/ HTTP/1.1\nHost : x\n\n",
                "GET http://a/ HTTP/1.1\nHost: x\nBad Name: y\n\n",
                "GET http://a/ HTTP/1.1\nHost: x\nConnection: content-length\nContent-Length: 3\n\nabc",
                "CONNECT a HTTP/1.1\nHost: x\n\n",
                "CONNECT a:b HTTP/1.1\nHost: x\n\n",
                "CONNECT http://a:1/ HTTP/1.1\nHost: x\n\n",
                "CONNECT a%00:1 HTTP/1.1\nHost: x\n\n",
                "CONNECT u@a:1 HTTP/1.1\nHost: x\n\n",
                "CONNECT [::1%25lo]:1 HTTP/1.1\nHost: x\n\n",
                "CONNECT a:1 HTTP/1.1\nHost: x\nContent-Length: 5\n\nhello",
                "POST http://a/ HTTP/1.1\nHost: x\nContent-Length: 3\nContent-Length: 4\n\nabc",
                "POST http://a/ HTTP/1.1\nHost: x\nContent-Length: 3, 3\n\nabc",
                "POST http://a/ HTTP/1.1\nHost: x\nContent-Length: +3\n\nabc",
                "POST http://a/ HTTP/1.1\nHost: x\nContent-Length: 3\nTransfer-Encoding: chunked\n\n0\n\n",
                "POST http://a/ HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\nTransfer-Encoding: x\n\n0\n\n",
                "POST http://a/ HTTP/1.1\nHost: x\nTransfer-Encoding: xchunked\n\n0\n\n",
                "POST http://a/ HTTP/1.1\nHost: x\nTransfer-Encoding: gzip, chunked\n\n0\n\n",
                "POST http://a/ HTTP/1.0\nTransfer-Encoding: chunked\n\n0\n\n",
                "GET http://a/ HTTP/2.0\nHost: x\n\n",
                "PRI * HTTP/2.0\n\nSM\n\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\n\n"
            })
    void smugglingOrNonsense_isRefusedAndClosed(String request) throws Exception {
        ScriptedFlows flows = new ScriptedFlows();
        try (var proxy = new HttpServerFixture(loops, flows);
                Client client = proxy.connect()) {
            client.say(request + "GET http://smuggled/ HTTP/1.1\nHost: x\n\n");
            assertThat(client.readToEnd()).matches("(?s)HTTP/1.1 (400|505) .*");
            assertThat(flows.streams).isEmpty();
            assertThat(proxy.count("malformedRequests")).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://a/ HTTP/1.1\nHost: x\r\n\r\n",
                "GET http://a/ HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
                "GET http://a/ HTTP/1.1\r\nHost: x\rX: y\r\n\r\n",
                "GET http://a/ HTTP/1.1\r\nHost: x\r\nA: b\u0000c\r\n\r\n",
                "GET http://a/\u0000 HTTP/1.1\r\nHost: x\r\n\r\n"
            })
    void strangeLineEnds_areRefused(String request) throws Exception {
        ScriptedFlows flows = new ScriptedFlows();
        try (var proxy = new HttpServerFixture(loops, flows);
                Client client = proxy.connect()) {
            assertThat(client.sayRaw(request).readToEnd()).startsWith("HTTP/1.1 400 ");
            assertThat(flows.streams).isEmpty();
        }
    }

    @Test
    void tooLong_isRefused() throws Exception {
        try (var proxy = new HttpServerFixture(loops, new ScriptedFlows())) {
            try (Client client = proxy.connect()) {
                assertThat(client.say("GET http://a/" + "x".repeat(8200) + " HTTP/1.1\nHost: x\n\n")
                                .readToEnd())
                        .startsWith("HTTP/1.1 414 ");
            }
            try (Client client = proxy.connect()) {
                assertThat(client.say("GET http://a/ HTTP/1.1\nHost: x\n" + ("X: " + "y".repeat(1000) + "\n").repeat(17)
                                        + "\n")
                                .readToEnd())
                        .startsWith("HTTP/1.1 431 ");
            }
        }
    }

    @Test
    void badChunk_endsBothSides() throws Exception {
        try (var origin = new ScriptedOrigin(HELLO);
                var proxy = new HttpServerFixture(loops, new DirectFlows(loops));
                Client client = proxy.connect()) {
            client.say("POST http://" + origin.authority() + "/ HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n")
                    .say("3\nabc\nzz\n");
            client.readToEnd();
            assertThat(origin.requests).noneMatch(request -> request.startsWith("POST"));
        }
    }

    // Authentication, time

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic YWxpY2U6d3Jvbmc=", "Basic !!!", "Bearer x", "Basic YWxpY2U="})
    void credentialsMissingOrWrong_are407(String field) throws Exception {
        ScriptedFlows flows = new ScriptedFlows();
        try (var proxy = new HttpServerFixture(loops, flows, "alice:secret");
                Client client = proxy.connect()) {
            client.say("CONNECT a:1 HTTP/1.1\nHost: x\n"
                    + (field.isEmpty() ? "" : "Proxy-Authorization: " + field + "\n") + "\n");
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 407 ")
                    .contains("Proxy-Authenticate: Basic realm=")
                    .doesNotContain("alice", "secret");
            assertThat(flows.streams).isEmpty();
            assertThat(proxy.count("authFailures")).isEqualTo(field.isEmpty() ? 0 : 1);
        }
    }

    @Test
    void credentialsRight_nameTheUser() throws Exception {
        ScriptedFlows flows = new ScriptedFlows();
        try (var proxy = new HttpServerFixture(loops, flows, "alice:secret");
                Client client = proxy.connect()) {
            client.say("CONNECT a:1 HTTP/1.1\nHost: x\nproxy-authorization: basic YWxpY2U6c2VjcmV0\n\n")
                    .readUntil(ESTABLISHED);
            assertThat(flows.streams.getFirst().source().user()).contains("alice");
        }
    }

    @Test
    void slowHead_isClosedAtTheDeadline() throws Exception {
        try (var proxy = new HttpServerFixture(loops, new ScriptedFlows(), Duration.ofSeconds(2));
                Client client = proxy.connect()) {
            assertThat(client.say("GET http://a/ HTTP/1.1\nHo").readToEnd()).isEmpty();
            assertThat(proxy.count("handshakeTimeouts")).isOne();
        }
    }

    @Test
    void randomOctets_neverThrow() throws Exception {
        Random random = new Random(0x5EED);
        byte[] valid = "POST http://a/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc".getBytes();
        ScriptedFlows flows = new ScriptedFlows();
        flows.refusal = CloseReason.POLICY_REJECTED;
        try (var proxy = new HttpServerFixture(loops, flows)) {
            for (int i = 0; i < 2_000; i++) {
                byte[] octets = random.nextBoolean() ? valid.clone() : new byte[random.nextInt(64)];
                if (octets.length == valid.length) {
                    for (int j = 0; j < 3; j++) {
                        octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
                    }
                } else {
                    random.nextBytes(octets);
                }
                try (Client client = proxy.connect()) {
                    client.socket.getOutputStream().write(octets);
                    client.socket.shutdownOutput();
                    client.readToEnd();
                } catch (IOException e) {
                    // A reset is a fine answer to nonsense.
                }
            }
            assertThat(proxy.count("internalErrors")).isZero();
        }
    }
}
