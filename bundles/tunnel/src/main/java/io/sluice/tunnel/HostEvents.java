package io.sluice.tunnel;

import io.sluice.api.killswitch.KillSwitchListener;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkListener;
import io.sluice.tunnel.engine.Command;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/**
 * What the host's network and the kill switch tell, put on the coordinator's one line. Registered by hand: as components they would refer to the
 * coordinator, which refers to the kill switch, which refers to them.
 */
final class HostEvents implements NetworkListener, KillSwitchListener {

    private final Consumer<Command> line;

    private HostEvents(Consumer<Command> line) {
        this.line = line;
    }

    /** @param line takes commands without blocking */
    static List<ServiceRegistration<?>> register(BundleContext bundle, Consumer<Command> line) {
        HostEvents events = new HostEvents(line);
        return List.of(
                bundle.registerService(NetworkListener.class, events, null),
                bundle.registerService(KillSwitchListener.class, events, null));
    }

    @Override
    public void networkChanged(NetworkChange change) {
        line.accept(new Command.NetworkChanged(change));
    }

    @Override
    public void routesChanged() {
        line.accept(new Command.RoutesChanged());
    }

    @Override
    public void killSwitchChanged(KillSwitchStatus status, String event) {
        line.accept(new Command.KillSwitchChanged(status.mode(), status.state()));
    }
}
