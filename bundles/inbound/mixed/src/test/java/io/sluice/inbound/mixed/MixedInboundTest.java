package io.sluice.inbound.mixed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.inbound.Inbound;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.InboundConfig;
import io.sluice.transport.websocket.WebSocketLayer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class MixedInboundTest {

    private static NettyEventLoops loops;
    private final AtomicReference<Inbound> registered = new AtomicReference<>();

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    /** A bundle context that keeps the one service it is given. */
    private BundleContext bundle() {
        Object registration = Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServiceRegistration.class}, (self, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("unregister");
                    registered.set(null);
                    return null;
                });
        return (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BundleContext.class}, (self, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("registerService");
                    assertThat(arguments[0]).isEqualTo(Inbound.class);
                    assertThat(((Dictionary<?, ?>) arguments[2]).get(Inbound.TAG))
                            .isEqualTo("in");
                    assertThat(((Dictionary<?, ?>) arguments[2]).get(Inbound.TYPE))
                            .isEqualTo("mixed");
                    registered.set((Inbound) arguments[1]);
                    return registration;
                });
    }

    private static InboundConfig config(Map<String, Object> values) {
        return (InboundConfig) Proxy.newProxyInstance(
                MixedInboundTest.class.getClassLoader(),
                new Class<?>[] {InboundConfig.class},
                (self, method, arguments) -> {
                    Object value = values.get(method.getName());
                    return value == null ? method.getDefaultValue() : value;
                });
    }

    private static String say(Inbound inbound, String octets) throws IOException {
        try (Socket socket =
                new Socket(inbound.local().getAddress(), inbound.local().getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void active_listensAndIsRegistered_withoutFlowRoomItRefuses_inactive_isGone() throws Exception {
        MixedInbound inbound =
                new MixedInbound(bundle(), loops, null, null, config(Map.of("inbound_tag", "in", "port", 0)), Map.of());
        Inbound service = registered.get();
        assertThat(service.local().getAddress().isLoopbackAddress()).isTrue();
        assertThat(say(service, "\5\1\0\5\1\0\1\1\2\3\4\0\u0050")).isEqualTo("\5\0\5\1\0\1\0\0\0\0\0\0");
        assertThat(say(service, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 503 ");
        assertThat(say(service, "get http://a/ HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 503 ");
        assertThat(say(service, "\4\1\0\u0050\1\2\3\4\0")).as("SOCKS4").isEmpty();
        assertThat(say(service, "\26\3\1\0")).as("TLS").isEmpty();
        assertThat(service.counters().get("malformedRequests")).isEqualTo(2);

        inbound.deactivate();

        assertThat(registered.get()).isNull();
        assertThatThrownBy(() ->
                        new Socket(service.local().getAddress(), service.local().getPort()).close())
                .isInstanceOf(IOException.class);
    }

    @Test
    void wouldBeOpenToOthers_isNotRegistered() {
        assertThatThrownBy(() -> new MixedInbound(
                        bundle(),
                        loops,
                        null,
                        null,
                        config(Map.of("inbound_tag", "in", "port", 0, "listen", "0.0.0.0")),
                        Map.of()))
                .hasMessageContaining("inbound \"in\" would listen on 0.0.0.0:0 without authentication");
        assertThat(registered.get()).isNull();
    }

    /** The first message of a WebSocket, masked with zeros, and the first that comes back. */
    private static String sayByWebSocket(Inbound inbound, String octets) throws IOException {
        try (Socket socket =
                new Socket(inbound.local().getAddress(), inbound.local().getPort())) {
            socket.setSoTimeout(30_000);
            String request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
            String frame = "\202" + (char) (0x80 | octets.length()) + "\0\0\0\0" + octets;
            socket.getOutputStream().write((request + frame).getBytes(StandardCharsets.ISO_8859_1));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(all).startsWith("HTTP/1.1 101 ");
            int message = all.indexOf("\r\n\r\n") + 4;
            assertThat(all.charAt(message)).isEqualTo('\202');
            return all.substring(message + (all.charAt(message + 1) < 126 ? 2 : 4));
        }
    }

    @Test
    void throughALayer_theFirstOctetTellsWhich() throws Exception {
        MixedInbound inbound = new MixedInbound(
                bundle(), loops, null, new WebSocketLayer(), config(Map.of("inbound_tag", "in", "port", 0)), Map.of());
        Inbound service = registered.get();

        assertThat(sayByWebSocket(service, "\5\1\0\5\1\0\1\1\2\3\4\0\u0050")).startsWith("\5\0");
        assertThat(sayByWebSocket(service, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 503 ");
        inbound.deactivate();
    }
}
