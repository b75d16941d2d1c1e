package io.sluice.inbound.trojan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.inbound.Inbound;
import io.sluice.loop.NettyEventLoops;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class TrojanInboundTest {

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
                    registered.set(null);
                    return null;
                });
        return (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BundleContext.class}, (self, method, arguments) -> {
                    registered.set((Inbound) arguments[1]);
                    return registration;
                });
    }

    private TrojanInbound inbound(Map<String, Object> changed) throws IOException {
        Map<String, Object> values =
                new HashMap<>(Map.of("inbound_tag", "in", "port", 0, "_passwords", new String[] {"secret"}));
        values.putAll(changed);
        TrojanInbound.Config config = (TrojanInbound.Config) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TrojanInbound.Config.class}, (self, method, arguments) -> {
                    Object value = values.get(method.getName());
                    return value == null ? method.getDefaultValue() : value;
                });
        return new TrojanInbound(bundle(), loops, null, null, config, Map.of());
    }

    @Test
    void active_listensAndIsRegistered_inactive_isGone() throws Exception {
        TrojanInbound inbound = inbound(Map.of());
        Inbound service = registered.get();
        assertThat(service.type()).isEqualTo("trojan");
        assertThat(service.local().getAddress().isLoopbackAddress()).isTrue();
        Socket waiting =
                new Socket(service.local().getAddress(), service.local().getPort());
        waiting.setSoTimeout(30_000);
        waiting.getOutputStream().write('x');
        awaitStranger(service);

        inbound.deactivate();

        assertThat(waiting.getInputStream().read())
                .as("connections that are no flow's")
                .isEqualTo(-1);
        assertThat(registered.get()).isNull();
        assertThatThrownBy(() ->
                        new Socket(service.local().getAddress(), service.local().getPort()).close())
                .isInstanceOf(IOException.class);
    }

    /** Until the octet has been taken: a close before that would be a reset. */
    private static void awaitStranger(Inbound service) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (service.counters().get("authFailures") == 0) {
            assertThat(System.nanoTime()).as("in time: " + service.counters()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void whatCannotBeUsed_isRefusedWithASentence() {
        assertThatThrownBy(() -> inbound(Map.of("_passwords", new String[0])))
                .hasMessageContaining("inbound \"in\": there are no users");
        assertThatThrownBy(() -> inbound(Map.of("_passwords", new String[] {"a", "a"})))
                .hasMessageContaining("inbound \"in\": user 2 has the key of another one");
        assertThatThrownBy(() -> inbound(Map.of("fallbacks", new String[] {"dest=80"})))
                .hasMessageContaining("inbound \"in\": a fallback has");
        assertThatThrownBy(() -> inbound(Map.of("listen", "nowhere"))).hasMessageContaining("is not an IP address");
        assertThat(registered.get()).isNull();
    }
}
