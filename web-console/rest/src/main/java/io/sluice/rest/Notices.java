package io.sluice.rest;

import io.sluice.api.killswitch.KillSwitchListener;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkListener;
import io.sluice.api.netmon.NetworkState;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelListener;
import io.sluice.api.tunnel.TunnelStatus;
import io.sluice.rest.engine.Pulse;
import io.sluice.view.Json;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * What happened, one sentence each, for the event stream: other programs that meddled, changes of the network, errors, and what befell the kill switch. A state
 * that lasts is in the status and not here.
 *
 * <p>Refers to no room, for the rooms refer to it. Threads: the rooms'; whoever takes a notice must not block.
 */
@Component(service = {Notices.class, TunnelListener.class, NetworkListener.class, KillSwitchListener.class})
public class Notices implements TunnelListener, NetworkListener, KillSwitchListener {

    private final InstantSource clock;
    private final Set<Consumer<Pulse.Event>> takers = new CopyOnWriteArraySet<>();

    @Activate
    public Notices() {
        this(InstantSource.system());
    }

    Notices(InstantSource clock) {
        this.clock = clock;
    }

    void add(Consumer<Pulse.Event> taker) {
        takers.add(taker);
    }

    void remove(Consumer<Pulse.Event> taker) {
        takers.remove(taker);
    }

    private void tell(String room, String kind, Instant at, String what) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("at", at.toString());
        view.put("room", room);
        view.put("kind", kind);
        view.put("what", what);
        Pulse.Event event = new Pulse.Event("notice", Json.compact(view));
        takers.forEach(taker -> taker.accept(event));
    }

    /** The status has an event of its own. */
    @Override
    public void stateChanged(TunnelStatus status) {
        // seen by the pulse
    }

    @Override
    public void error(TunnelError error) {
        tell("tunnel", "error", error.at(), error.message() + " " + error.remedy());
    }

    @Override
    public void restored(String what) {
        tell("tunnel", "restored", clock.instant(), what);
    }

    /** The first thing that a listener hears of the network is no change of it. */
    @Override
    public void networkChanged(NetworkChange change) {
        if (change.before().source() != NetworkState.Source.NONE) {
            tell("network", "changed", change.after().at(), change.summary());
        }
    }

    @Override
    public void killSwitchChanged(KillSwitchStatus status, String event) {
        tell("killswitch", "changed", clock.instant(), event);
    }
}
