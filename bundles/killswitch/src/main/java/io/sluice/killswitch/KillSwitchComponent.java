package io.sluice.killswitch;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchListener;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.api.net.IpPrefix;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.Memory;
import io.sluice.killswitch.spi.FirewallBackend;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kill switch as a service. A changed configuration is taken over in place, so that the policy in force is not forgotten. */
@Component(service = KillSwitch.class, configurationPid = "io.sluice.killswitch", immediate = true)
public final class KillSwitchComponent implements KillSwitch {

    private static final Logger LOG = LoggerFactory.getLogger(KillSwitchComponent.class);

    /** Events that listeners are behind with; then the oldest are lost, the newest tells how things stand. */
    private static final int EVENTS = 64;

    /** Configuration, PID {@code io.sluice.killswitch}. */
    public @interface Config {

        /** {@code off}, {@code auto} or {@code lockdown}. */
        String mode() default "off";

        /** Let the local network's fixed ranges pass. */
        boolean allowLan() default false;

        /** Only by these interfaces; none: by any. */
        String[] lanInterfaces() default {};

        /** TCP ports of this host that stay reachable, such as ssh's. */
        String[] inputPorts() default {};

        /** From these prefixes only; none: from anywhere. */
        String[] inputFrom() default {};

        /** The tunnel starts with the appliance. */
        boolean autoStart() default false;

        /** There is no valid configuration, and this is to hold until there is one; false without a mode: there is one, and it says nothing of us. */
        boolean provisional() default false;

        /** Why there is none, in one sentence. */
        String reason() default "";
    }

    private final ExecutorService events = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(EVENTS),
            Thread.ofPlatform().name("killswitch-events").daemon().factory(),
            new ThreadPoolExecutor.DiscardOldestPolicy());

    private final HostKillSwitch host;

    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<KillSwitchListener> listeners = List.of();

    @Activate
    public KillSwitchComponent(
            BundleContext bundle, @Reference FirewallBackend backend, Config config, Map<String, Object> properties) {
        String data = bundle.getProperty("sluice.data");
        Path root = data == null ? bundle.getDataFile("").toPath() : Path.of(data);
        this.host = HostKillSwitch.start(
                backend,
                root.resolve("killswitch"),
                settings(config, properties).orElse(Settings.NONE),
                this::tell);
    }

    @Modified
    void modified(Config config, Map<String, Object> properties) {
        settings(config, properties).ifPresent(host::configure);
    }

    /** What it says; empty if it makes no sense: then what was in force stays. */
    private static Optional<Settings> settings(Config config, Map<String, Object> properties) {
        if (!properties.containsKey("service.pid")) {
            return Optional.of(Settings.NONE);
        }
        try {
            Allowance allowance = new Allowance(
                    config.allowLan(),
                    List.of(config.lanInterfaces()),
                    Arrays.stream(config.inputPorts()).map(Integer::parseInt).toList(),
                    Arrays.stream(config.inputFrom()).map(IpPrefix::parse).toList());
            if (config.provisional()) {
                return Optional.of(Settings.want(allowance, config.reason()));
            }
            return Optional.of(
                    properties.containsKey("mode")
                            ? new Settings(Optional.of(Memory.mode(config.mode())), allowance, config.autoStart())
                            : Settings.silent());
        } catch (IllegalArgumentException e) {
            LOG.error("the kill switch's configuration makes no sense, what was in force stays: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** LK-0: the rules stay. */
    @Deactivate
    void deactivate() {
        host.close();
        events.shutdown();
    }

    private void tell(KillSwitchStatus status, String event) {
        if (events.isShutdown()) {
            return;
        }
        events.execute(() -> {
            for (KillSwitchListener listener : listeners) {
                try {
                    listener.killSwitchChanged(status, event);
                } catch (RuntimeException e) {
                    LOG.warn("a listener of the kill switch failed", e);
                }
            }
        });
    }

    @Override
    public void apply(FirewallPolicy policy) throws KillSwitchException {
        host.apply(policy);
    }

    @Override
    public KillSwitchStatus mode(KillSwitchMode mode) throws KillSwitchException {
        return host.mode(mode);
    }

    @Override
    public KillSwitchStatus disarm() throws KillSwitchException {
        return host.disarm();
    }

    @Override
    public KillSwitchStatus status() {
        return host.status();
    }

    @Override
    public List<String> show() throws KillSwitchException {
        return host.show();
    }

    @Override
    public LeakProof prove() throws KillSwitchException {
        return host.prove();
    }
}
