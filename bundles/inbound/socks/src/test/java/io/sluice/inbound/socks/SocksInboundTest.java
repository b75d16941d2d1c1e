package io.sluice.inbound.socks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.inbound.Inbound;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.InboundConfig;
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

class SocksInboundTest {

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
                            .isEqualTo("socks");
                    registered.set((Inbound) arguments[1]);
                    return registration;
                });
    }

    private static InboundConfig config(Map<String, Object> values) {
        return (InboundConfig) Proxy.newProxyInstance(
                SocksInboundTest.class.getClassLoader(),
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
        SocksInbound inbound =
                new SocksInbound(bundle(), loops, null, null, config(Map.of("inbound_tag", "in", "port", 0)), Map.of());
        Inbound service = registered.get();
        assertThat(service.local().getAddress().isLoopbackAddress()).isTrue();
        assertThat(say(service, "\5\1\0\5\1\0\1\1\2\3\4\0\u0050")).isEqualTo("\5\0\5\1\0\1\0\0\0\0\0\0");

        inbound.deactivate();

        assertThat(registered.get()).isNull();
        assertThatThrownBy(() ->
                        new Socket(service.local().getAddress(), service.local().getPort()).close())
                .isInstanceOf(IOException.class);
    }

    @Test
    void wouldBeOpenToOthers_isNotRegistered() {
        assertThatThrownBy(() -> new SocksInbound(
                        bundle(),
                        loops,
                        null,
                        null,
                        config(Map.of("inbound_tag", "in", "port", 0, "listen", "0.0.0.0")),
                        Map.of()))
                .hasMessageContaining("inbound \"in\" would listen on 0.0.0.0:0 without authentication");
        assertThat(registered.get()).isNull();
    }

    @Test
    void meantToBeOpenToOthers_isRegistered() throws Exception {
        SocksInbound inbound = new SocksInbound(
                bundle(),
                loops,
                null,
                null,
                config(Map.of("inbound_tag", "in", "port", 0, "listen", "0.0.0.0", "open", true)),
                Map.of());
        assertThat(registered.get().local().getAddress().isAnyLocalAddress()).isTrue();
        inbound.deactivate();
    }
}
