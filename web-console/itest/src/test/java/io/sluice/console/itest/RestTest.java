package io.sluice.console.itest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.net.Network;
import io.sluice.api.policy.RuleSnapshot;
import io.sluice.api.tunnel.TunnelError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The interface over HTTP, in a real framework. */
class RestTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(60)).build();

    @TempDir
    private static Path directory;

    private static PaperBox box;
    private static int port;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        box = new PaperBox(directory, port, false);
        box.furnish();
        box.exit("proxy", "socks", "socks5 192.0.2.1:1080");
        box.flows.live.add(flow(7));
        PaperBox.await("the interface", () -> status("GET", "/api/v1/status", null) == 401);
        token = Files.readString(box.data().resolve("api-token")).strip();
    }

    @AfterAll
    static void stop() throws Exception {
        box.close();
    }

    private static FlowSnapshot flow(long id) {
        return new FlowSnapshot(
                id,
                new FlowSource(
                        Network.TCP,
                        "tun0",
                        new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 4),
                        InetSocketAddress.createUnresolved("example.com", 443),
                        Optional.empty()),
                FlowSnapshot.State.ACTIVE,
                Optional.of("proxy"),
                Optional.empty(),
                1,
                2,
                Instant.now(),
                Duration.ZERO,
                Optional.empty(),
                Optional.empty());
    }

    private static HttpRequest.Builder request(String method, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> with(String method, String path, String body, String... headers)
            throws Exception {
        HttpRequest.Builder request = request(method, path, body).header("Authorization", "Bearer " + token);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request);
    }

    private static int status(String method, String path, String body) {
        try {
            return send(request(method, path, body)).statusCode();
        } catch (IOException e) {
            return -1;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Sends octets as they are: what no HTTP library would. */
    private static String raw(String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private record Operation(String method, String path) {}

    /** The operations that the description names, with numbers for its braces. */
    private static List<Operation> operations() throws Exception {
        List<Operation> operations = new ArrayList<>();
        try (JsonParser parser = new JsonFactory()
                .createParser(with("GET", "/api/v1/openapi.json", null).body())) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.FIELD_NAME
                        && parser.currentName().startsWith("/")
                        && parser.getParsingContext()
                                .getParent()
                                .getCurrentName()
                                .equals("paths")) {
                    String path = parser.currentName();
                    parser.nextToken();
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        operations.add(new Operation(
                                parser.currentName().toUpperCase(java.util.Locale.ROOT),
                                "/api/v1" + path.replaceAll("\\{[a-z]+}", "7")));
                        parser.nextToken();
                        parser.skipChildren();
                    }
                }
            }
        }
        return operations;
    }

    @Test
    void everyOperation_needsCredentials_butLogIn() throws Exception {
        assertThat(operations()).hasSizeGreaterThan(20);
        for (Operation operation : operations()) {
            HttpResponse<String> answer = send(request(operation.method(), operation.path(), null));
            assertThat(answer.statusCode())
                    .as("%s", operation)
                    .isIn(operation.path().endsWith("/session") ? List.of(400, 401) : List.of(401));
            assertThat(answer.headers().firstValue("Content-Type"))
                    .as("%s", operation)
                    .hasValue("application/problem+json");
        }
    }

    @Test
    void killSwitch_modeProofAndDisarm() throws Exception {
        assertThat(with("GET", "/api/v1/killswitch", null).body()).contains("\"state\":\"disarmed\"");
        HttpResponse<String> nonsense = with("PUT", "/api/v1/killswitch/mode", "locked", "Content-Type", "text/plain");
        assertThat(nonsense.statusCode()).isEqualTo(400);
        assertThat(nonsense.body()).contains("off, auto or lockdown");
        HttpResponse<String> closed = with("PUT", "/api/v1/killswitch/mode", "lockdown", "Content-Type", "text/plain");
        assertThat(closed.statusCode()).as(closed.body()).isEqualTo(200);
        assertThat(closed.body()).contains("\"state\":\"blocked\"", "\"mode\":\"lockdown\"", "\"heals\":1");
        assertThat(with("GET", "/api/v1/killswitch/rules", null).body()).contains("table inet paper");
        assertThat(with("POST", "/api/v1/killswitch:prove", null).body())
                .contains("\"holds\":true", "\"outcome\":\"held_back\"", "It holds: 3 canaries");
        box.killSwitch.refusal =
                new KillSwitchException(KillSwitchException.Code.FILTER_DENIED, "That needs CAP_NET_ADMIN.", null);
        try {
            HttpResponse<String> refused = with("POST", "/api/v1/killswitch:disarm", null);
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("FILTER_DENIED", "That needs CAP_NET_ADMIN.");
        } finally {
            box.killSwitch.refusal = null;
        }
        assertThat(with("POST", "/api/v1/killswitch:disarm", null).body()).contains("\"state\":\"disarmed\"");
    }

    /** The server reads these as paths of the interface; the guard must not read them as the page's. */
    @Test
    void disguisedPath_needsCredentialsToo() throws Exception {
        for (String path : List.of(
                "/%61pi/v1/events",
                "/ap%69/v1/events",
                "/./api/v1/events",
                "/ui/../api/v1/events",
                "/ui/%2e%2e/api/v1/events",
                "//api/v1/events",
                "/;a/api/v1/events",
                "/api;a/v1/events")) {
            HttpResponse<String> answer = send(request("GET", path, null).header("Authorization", "Bearer wrong"));
            assertThat(answer.statusCode()).as(path).isIn(400, 401, 429);
            assertThat(answer.body()).as(path).doesNotContain("retry:");
        }
    }

    @Test
    void everyChange_fromAForeignPage_isTurnedAway() throws Exception {
        String session = logIn();
        for (Operation operation : operations()) {
            if (operation.method().equals("GET")) {
                continue;
            }
            for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1")) {
                assertThat(send(request(operation.method(), operation.path(), "x")
                                        .header("Cookie", session)
                                        .header("Origin", origin)
                                        .header("Content-Type", "text/plain"))
                                .statusCode())
                        .as("%s from %s", operation, origin)
                        .isEqualTo(403);
            }
            assertThat(send(request(operation.method(), operation.path(), null).header("Cookie", session))
                            .statusCode())
                    .as("%s by a form", operation)
                    .isEqualTo(403);
        }
        assertThat(box.flows.live).isNotEmpty();
    }

    @Test
    void everyAnswer_carriesTheSecurityFields() throws Exception {
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (String path : List.of(
                "/",
                "/ui/",
                "/ui",
                "/ui/app.js",
                "/ui/none",
                "/nothing",
                "/api",
                "/api/v1/none",
                "/api/v1/flows/x",
                "/system/console")) {
            answers.add(with("GET", path, null));
            answers.add(send(request("GET", path, null)));
            answers.add(send(request("TRACE", path, null)));
            answers.add(send(request("OPTIONS", path, null)));
        }
        for (HttpResponse<String> answer : answers) {
            String what = answer.request().method() + " " + answer.uri() + " " + answer.statusCode();
            assertThat(answer.headers().firstValue("Content-Security-Policy"))
                    .as(what)
                    .isPresent()
                    .get()
                    .asString()
                    .contains("default-src 'none'");
            assertThat(answer.headers().firstValue("X-Content-Type-Options"))
                    .as(what)
                    .hasValue("nosniff");
            assertThat(answer.headers().firstValue("X-Frame-Options")).as(what).hasValue("DENY");
            assertThat(answer.headers().firstValue("Server")).as(what).isEmpty();
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .as(what)
                    .isEmpty();
            if (answer.statusCode() >= 400) {
                assertThat(answer.headers().firstValue("Content-Type")).as(what).hasValue("application/problem+json");
                assertThat(answer.body()).as(what).doesNotContain("Exception", "jetty", "Jetty");
            }
        }
        for (String broken : List.of(
                "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /a/../b HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\nConnection: close\r\n\r\n",
                "G@T / HTTP/1.1\r\nHost: a\r\n\r\n")) {
            assertThat(raw(broken))
                    .as(broken.substring(0, 20))
                    .matches("(?s)HTTP/1.1 4.*")
                    .doesNotContain("at org.", "jetty-12");
        }
    }

    @Test
    void foreignHost_isMisdirected() throws Exception {
        for (String path : List.of("/", "/ui/", "/api/v1/status", "/api/v1/events", "/nothing")) {
            String answer =
                    raw("GET " + path + " HTTP/1.1\r\nHost: evil.example:" + port + "\r\nConnection: close\r\n\r\n");
            assertThat(answer)
                    .as(path)
                    .startsWith("HTTP/1.1 421")
                    .contains("application/problem+json", "Content-Security-Policy");
        }
    }

    @Test
    void reads_answerWithItems() throws Exception {
        assertThat(with("GET", "/api/v1/status", null).body()).contains("\"schema\":\"sluice.status/1\"");
        assertThat(with("GET", "/api/v1/flows", null).body()).contains("\"destination\":\"example.com:443\"");
        assertThat(with("GET", "/api/v1/flows?limit=0", null).statusCode()).isEqualTo(400);
        assertThat(with("GET", "/api/v1/outbounds", null).body()).contains("socks5 192.0.2.1:1080");
        assertThat(with("GET", "/api/v1/rules", null).body()).contains("* -> direct");
        assertThat(with("GET", "/api/v1/rules:test?destination=example.com", null)
                        .body())
                .contains("\"outbound\":\"direct\"");
        assertThat(with("GET", "/api/v1/bundles", null).body()).contains("io.sluice.rest");
        assertThat(with("GET", "/api/v1/inbounds", null).body()).isEqualTo("{\"items\":[]}");
        assertThat(with("GET", "/api/v1/tunnel", null).body()).contains("\"device\":\"sluice0\"");
        assertThat(with("PUT", "/api/v1/status", "{}").headers().firstValue("Allow"))
                .hasValue("GET");
    }

    /** What a rule or a client wanted is no fault. */
    @Test
    void failedFlows_areThoseThatEndedForAFault_withTheirSentence() throws Exception {
        box.flows.recent.add(ended(41, CloseReason.FINISHED, "both ended"));
        box.flows.recent.add(ended(42, CloseReason.PROXY_AUTH_FAILED, "the proxy wants another password"));
        box.flows.recent.add(ended(43, CloseReason.POLICY_REJECTED, "a rule says so"));

        assertThat(with("GET", "/api/v1/flows?failed=true", null).body())
                .contains("\"total\":1", "PROXY_AUTH_FAILED", "the proxy wants another password");
        assertThat(with("GET", "/api/v1/flows?recent=true", null).body()).contains("\"total\":3");
    }

    @Test
    void outboundThatOpensNothing_isNamedInTheStatus_andCountedInItsOwnView() throws Exception {
        List<RuleSnapshot> before = box.policy.rules;
        box.policy.rules = List.of(new RuleSnapshot(0, "final", "final -> proxy", "proxy", 7));
        box.flows.troubles = Map.of(
                "proxy",
                new OutboundTrouble(
                        Instant.parse("2026-11-01T12:00:00Z"),
                        CloseReason.CONNECT_REFUSED,
                        "the proxy cannot be reached",
                        Instant.parse("2026-11-01T12:00:09Z"),
                        7));
        try {
            assertThat(with("GET", "/api/v1/status", null).body())
                    .contains("\"troubles\":[{\"outbound\":\"proxy\",\"since\":\"2026-11-01T12:00:00Z\","
                            + "\"reason\":\"CONNECT_REFUSED\",\"detail\":\"the proxy cannot be reached\"}]");
            assertThat(with("GET", "/api/v1/outbounds", null).body())
                    .contains("\"last\":\"2026-11-01T12:00:09Z\",\"failures\":7");
        } finally {
            box.policy.rules = before;
            box.flows.troubles = Map.of();
        }
        assertThat(with("GET", "/api/v1/status", null).body()).contains("\"troubles\":[]");
        assertThat(with("GET", "/api/v1/outbounds", null).body()).contains("\"trouble\":null");
    }

    private static FlowSnapshot ended(long id, CloseReason reason, String detail) {
        FlowSnapshot live = flow(id);
        return new FlowSnapshot(
                id,
                live.source(),
                FlowSnapshot.State.CLOSED,
                live.outboundTag(),
                live.rule(),
                1,
                2,
                live.started(),
                Duration.ZERO,
                Optional.of(reason),
                Optional.of(detail));
    }

    @Test
    void flow_isClosedOnce() throws Exception {
        box.flows.live.add(flow(99));
        assertThat(with("DELETE", "/api/v1/flows/99", null).statusCode()).isEqualTo(204);
        assertThat(with("DELETE", "/api/v1/flows/99", null).statusCode()).isEqualTo(404);
    }

    @Test
    void tunnel_refusedStart_isAConflictWithItsRemedy() throws Exception {
        assertThat(with("POST", "/api/v1/tunnel:start", null).body()).contains("CONNECTED");
        assertThat(with("POST", "/api/v1/tunnel:stop", null).body()).contains("DISCONNECTED");
        box.tunnel.refusal = new TunnelError(
                TunnelError.ErrorCause.NOT_PERMITTED,
                "The TUN device cannot be opened.",
                "Run as root.",
                Instant.now());
        HttpResponse<String> refused = with("POST", "/api/v1/tunnel:start", null);
        box.tunnel.refusal = null;
        box.tunnel.stop();
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("Run as root.", "\"cause\":\"NOT_PERMITTED\"");
    }

    @Test
    void headOfTheEvents_holdsNoPlace_andTraceIsNotServed() throws Exception {
        for (int i = 0; i < 20; i++) { // more than may listen at once
            HttpResponse<String> head = with("HEAD", "/api/v1/events", null);
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        }
        assertThat(send(request("TRACE", "/ui/", null)).statusCode()).isEqualTo(405);
    }

    @Test
    void config_isChangedOnlyAsItWasSeen() throws Exception {
        assertThat(with("POST", "/api/v1/config:check", "{ bad }").body()).contains("\"valid\":false", "\"line\":1");
        assertThat(with("POST", "/api/v1/config:apply", "{\"a\":1}").statusCode())
                .isEqualTo(428);
        HttpResponse<String> seen = with("GET", "/api/v1/config", null);
        String tag = seen.headers().firstValue("ETag").orElseThrow();
        assertThat(with("GET", "/api/v1/config", null, "If-None-Match", tag).statusCode())
                .isEqualTo(304);
        assertThat(with("POST", "/api/v1/config:apply", "bad", "If-Match", tag).statusCode())
                .isEqualTo(422);
        assertThat(with("POST", "/api/v1/config:apply?note=n", "{\"a\":1}", "If-Match", tag)
                        .statusCode())
                .isEqualTo(200);
        assertThat(with("POST", "/api/v1/config:apply", "{\"a\":2}", "If-Match", tag)
                        .statusCode())
                .isEqualTo(412);
        assertThat(with("POST", "/api/v1/config:apply", "x".repeat((4 << 20) + 1), "If-Match", tag)
                        .statusCode())
                .isEqualTo(413);
    }

    /** RFC 9112 §9.6: a connection that is closed while its client still sends takes the answer with it. */
    @Test
    void bodyThatIsTooLong_isAnsweredToWhoStillSends_andEndsTheConnection() throws Exception {
        String head = "POST /api/v1/config:apply HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer "
                + token + "\r\nContent-Length: " + (8 << 20) + "\r\n\r\n";
        for (int sent : new int[] {0, 100_000, 8 << 20}) {
            assertThat(raw(head + "x".repeat(sent)))
                    .as("%d octets of the body", sent)
                    .startsWith("HTTP/1.1 413 ")
                    .contains("Connection: close");
        }
    }

    private static String logIn() throws Exception {
        String code = box.loginAddress().replaceAll(".*#code=", "");
        HttpResponse<String> answer = send(request("POST", "/api/v1/session", "{\"code\":\"" + code + "\"}")
                .header("Origin", "http://127.0.0.1:" + port));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly", "SameSite=Strict", "Path=/");
        return cookie.substring(0, cookie.indexOf(';'));
    }

    @Test
    void logInAddress_worksOnce_andLogOutEndsTheSession() throws Exception {
        String code = box.loginAddress().replaceAll(".*#code=", "");
        String body = "{\"code\":\"" + code + "\"}";
        assertThat(send(request("POST", "/api/v1/session", body).header("Sec-Fetch-Site", "same-origin"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(request("POST", "/api/v1/session", body).header("Sec-Fetch-Site", "same-origin"))
                        .statusCode())
                .isIn(401, 429);
        String session = logIn();
        assertThat(send(request("GET", "/api/v1/status", null).header("Cookie", session))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(request("DELETE", "/api/v1/session", null)
                                .header("Cookie", session)
                                .header("Sec-Fetch-Site", "same-origin"))
                        .statusCode())
                .isEqualTo(204);
        assertThat(send(request("GET", "/api/v1/status", null).header("Cookie", session))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void events_beginWithThePresent_andEndAtLogOut() throws Exception {
        String session = logIn();
        HttpResponse<InputStream> stream = HTTP.send(
                request("GET", "/api/v1/events", null).header("Cookie", session).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        List<String> seen = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    seen.add(line.substring(7));
                }
                if (seen.size() == 8 && line.startsWith("event: ")) {
                    assertThat(send(request("DELETE", "/api/v1/session", null)
                                            .header("Cookie", session)
                                            .header("Sec-Fetch-Site", "same-origin"))
                                    .statusCode())
                            .isEqualTo(204);
                }
                assertThat(seen.size()).as("events after logging out").isLessThan(16);
            }
        }
        assertThat(seen).contains("status", "totals", "history", "flows");
    }

    @Test
    void wrongTokens_areSlowedDown_theRightOneIsNot() throws Exception {
        int slowed = 0;
        for (int i = 0; i < 40; i++) {
            slowed += send(request("GET", "/api/v1/status", null).header("Authorization", "Bearer guess" + i))
                                    .statusCode()
                            == 429
                    ? 1
                    : 0;
        }
        assertThat(slowed).isGreaterThan(20);
        assertThat(with("GET", "/api/v1/status", null).statusCode()).isEqualTo(200);
    }
}
