package io.sluice.tunnel.engine;

import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkState;
import java.util.Optional;

/**
 * What is done about a change of the host's network while the tunnel stands.
 *
 * @param reason one sentence, without its full stop
 */
record NetworkVerdict(Action action, String reason) {

    /** From little to much. */
    enum Action {
        /** Nothing. */
        STAY,
        /** Set again what depends on the way out: kill switch, routes, redirection, resolver. The device and its flows stay. */
        REBIND,
        /** There is no way out: everything is held until there is one. */
        OFFLINE,
        /** The device is not what it was: undo everything and start again. */
        RECONNECT
    }

    static NetworkVerdict of(Session session, NetworkChange change) {
        NetworkState now = change.after();
        Optional<String> broken = broken(session, now);
        if (broken.isPresent()) {
            return new NetworkVerdict(Action.RECONNECT, broken.get());
        }
        if (!now.online()) {
            return new NetworkVerdict(Action.OFFLINE, change.summary());
        }
        // The first thing heard of the network is no change of it.
        boolean first = change.before().source() == NetworkState.Source.NONE;
        boolean rebind = !first && (change.rebindRequired() || change.cameOnline());
        return new NetworkVerdict(rebind ? Action.REBIND : Action.STAY, change.summary());
    }

    /** What our device is called now, if another program renamed it: under that name it is to be removed. */
    static Optional<String> renamed(Session session, NetworkState now) {
        return session.device()
                .flatMap(device -> now.interfaces().stream()
                        .filter(i -> i.index() == device.ifIndex() && !i.name().equals(device.name()))
                        .map(HostInterface::name)
                        .findFirst());
    }

    /** What another program did to our device. A state that was read before the device was opened tells nothing of it. */
    private static Optional<String> broken(Session session, NetworkState now) {
        boolean tells = now.source() == NetworkState.Source.ANNOUNCED
                && session.openedAt().filter(now.at()::isAfter).isPresent();
        if (!tells || session.device().isEmpty()) {
            return Optional.empty();
        }
        String name = session.device().get().name();
        int index = session.device().get().ifIndex();
        Optional<HostInterface> ours =
                now.interfaces().stream().filter(i -> i.index() == index).findFirst();
        if (ours.isEmpty()) {
            return Optional.of("the interface " + name + " was deleted");
        }
        if (!ours.get().name().equals(name)) {
            return Optional.of(
                    "the interface " + name + " was renamed to " + ours.get().name());
        }
        return ours.get().up() ? Optional.empty() : Optional.of("the interface " + name + " was switched off");
    }
}
