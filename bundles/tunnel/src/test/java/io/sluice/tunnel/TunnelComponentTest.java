package io.sluice.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.egress.EgressBinder;
import io.sluice.tunnel.engine.FakeHost;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** The component between the configuration and its coordinator. */
class TunnelComponentTest {

    private static final Map<String, Object> CONFIGURED = Map.of("service.pid", "io.sluice.tunnel");

    @TempDir
    Path folder;

    /** The tunnel's coordinator may be in a step that takes long: what it has published is then older than what waits for it. */
    @Test
    void profile_changedAndChangedBackWhileTheCoordinatorIsBusy_isTheLastOne() throws Exception {
        TunnelComponent component = new TunnelComponent(bundle(), mtu(1500), CONFIGURED);
        try {
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch gate = new CountDownLatch(1);
            component.bindEgress(held(busy, gate));
            assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();
            component.modified(mtu(1400), CONFIGURED);
            component.modified(mtu(1500), CONFIGURED);
            gate.countDown();
            component.stop(); // behind what waits

            assertThat(component.profile().orElseThrow().tun().mtu()).isEqualTo(1500);
        } finally {
            component.deactivate();
        }
    }

    /** What an operator has saved outlives a configuration that says what it said before. */
    @Test
    void profile_ofAnOperator_staysWhereTheConfigurationIsAsItWas() throws Exception {
        TunnelComponent component = new TunnelComponent(bundle(), mtu(1500), CONFIGURED);
        try {
            component.save(TunnelSettings.Reader.profile(mtu(1300)));
            component.modified(mtu(1500), CONFIGURED);
            component.stop();

            assertThat(component.profile().orElseThrow().tun().mtu()).isEqualTo(1300);
        } finally {
            component.deactivate();
        }
    }

    /** The file was changed while the appliance was off: what it says now holds, not what was remembered. */
    @Test
    void autoStart_switchedOffWhileTheApplianceWasOff_doesNotStart() throws Exception {
        TunnelComponent before = new TunnelComponent(bundle(Bundle.STOPPING), settings(1500, true), CONFIGURED);
        before.deactivate();
        TunnelComponent component = new TunnelComponent(bundle(), settings(1500, false), CONFIGURED);
        try {
            component.save(component.profile().orElseThrow()); // behind what waits
            assertThat(component.status().reason()).isEqualTo("not started");
        } finally {
            component.deactivate();
        }
    }

    /** What an operator has saved since is what counts, also for whether it starts by itself. */
    @Test
    void autoStart_ofAnOperatorsProfile_outlivesTheConfiguration() throws Exception {
        TunnelComponent before = new TunnelComponent(bundle(Bundle.STOPPING), settings(1500, true), CONFIGURED);
        before.save(TunnelSettings.Reader.profile(settings(1500, false)));
        before.deactivate();
        TunnelComponent component = new TunnelComponent(bundle(), settings(1500, true), CONFIGURED);
        try {
            component.save(component.profile().orElseThrow());
            assertThat(component.status().reason()).isEqualTo("not started");
        } finally {
            component.deactivate();
        }
    }

    /** "With the appliance" is not "with each exchange of a bundle". */
    @Test
    void stoppedByAnOperator_staysSoThroughExchanges() throws Exception {
        TunnelComponent component = new TunnelComponent(bundle(), settings(1500, true), CONFIGURED);
        component.stop();
        for (int i = 0; i < 2; i++) {
            component.deactivate();
            component = new TunnelComponent(bundle(), settings(1500, true), CONFIGURED);
            component.save(component.profile().orElseThrow());
            assertThat(component.status().reason()).as("exchange %d", i).isEqualTo("not started");
        }
        component.stop();
        new TunnelComponent(bundle(Bundle.STOPPING), settings(1500, true), CONFIGURED).deactivate();
        TunnelComponent atTheNextStart = new TunnelComponent(bundle(), settings(1500, true), CONFIGURED);
        atTheNextStart.save(component.profile().orElseThrow());
        assertThat(atTheNextStart.status().reason()).isNotEqualTo("not started");
        component.deactivate();
        atTheNextStart.stop();
        atTheNextStart.deactivate();
        System.clearProperty("io.sluice.tunnel.stopped");
    }

    /** Its tun section may be gone by now. */
    @Test
    void profileOfAConfiguration_waitsForWhatTheConfigurationSaysNow() throws Exception {
        new TunnelComponent(bundle(Bundle.STOPPING), settings(1500, true), CONFIGURED).deactivate();
        TunnelComponent component = new TunnelComponent(bundle(), settings(1500, false), Map.of());
        try {
            component.save(component.profile().orElseThrow());
            assertThat(component.status().reason()).isEqualTo("not started");
        } finally {
            component.deactivate();
        }
    }

    /** Says that the coordinator is in it, and keeps it there. */
    private static EgressBinder held(CountDownLatch busy, CountDownLatch gate) {
        EgressBinder egress = new FakeHost().egress();
        return proxy(EgressBinder.class, method -> {
            if (method.equals("status")) {
                busy.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return egress.status();
            }
            return null;
        });
    }

    private static TunnelSettings mtu(int octets) {
        return settings(octets, false);
    }

    private static TunnelSettings settings(int octets, boolean autoStart) {
        return (TunnelSettings) Proxy.newProxyInstance(
                TunnelSettings.class.getClassLoader(),
                new Class<?>[] {TunnelSettings.class},
                (_, method, _) -> switch (method.getName()) {
                    case "tun_mtu" -> octets;
                    case "autoStart" -> autoStart;
                    case "tun_address" -> new String[] {"172.19.0.1/30"};
                    default -> method.getDefaultValue();
                });
    }

    private BundleContext bundle() {
        return bundle(Bundle.ACTIVE);
    }

    private BundleContext bundle(int stateOfTheFramework) {
        Bundle framework = proxy(Bundle.class, method -> method.equals("getState") ? stateOfTheFramework : null);
        ServiceRegistration<?> registration = proxy(ServiceRegistration.class, _ -> null);
        return proxy(BundleContext.class, method -> switch (method) {
            case "getProperty" -> folder.toString();
            case "getBundle" -> framework;
            case "registerService" -> registration;
            default -> null;
        });
    }

    private static <T> T proxy(Class<T> type, Function<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> type.getSimpleName();
                    default -> answers.apply(method.getName());
                }));
    }
}
