package io.sluice.tunnel.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkState;
import io.sluice.api.tun.TunConfig;
import java.util.List;
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
        /** The device was changed, and can be made what it was: it and its flows stay. */
        MEND,
        /** The device is not what it was: undo everything and start again. */
        RECONNECT
    }

    static NetworkVerdict of(Session session, NetworkChange change) {
        NetworkState now = change.after();
        Optional<String> broken = broken(session, now);
        if (broken.isPresent()) {
            return new NetworkVerdict(Action.RECONNECT, broken.get());
        }
        Optional<String> damaged = ours(session, now).flatMap(i -> damaged(session, i));
        if (damaged.isPresent()) {
            return new NetworkVerdict(Action.MEND, damaged.get());
        }
        if (!now.online()) {
            return new NetworkVerdict(Action.OFFLINE, change.summary());
        }
        // The first thing heard of the network is no change of it.
        boolean first = change.before().source() == NetworkState.Source.NONE;
        boolean rebind = !first && (change.rebindRequired() || change.cameOnline());
        return new NetworkVerdict(rebind ? Action.REBIND : Action.STAY, change.summary());
    }

    /** Our device as it is seen, by its number. A state that was read before the device was opened tells nothing of it. */
    private static Optional<HostInterface> ours(Session session, NetworkState now) {
        if (!tells(session, now)) {
            return Optional.empty();
        }
        int index = session.device().orElseThrow().ifIndex();
        return now.interfaces().stream().filter(i -> i.index() == index).findFirst();
    }

    private static boolean tells(Session session, NetworkState now) {
        return now.source() == NetworkState.Source.ANNOUNCED
                && session.device().filter(device -> device.ifIndex() != 0).isPresent()
                && session.openedAt().isPresent()
                && now.read() - session.openedAt().getAsLong() > 0;
    }

    /** What another program did to our device that cannot be undone. */
    private static Optional<String> broken(Session session, NetworkState now) {
        if (!tells(session, now)) {
            return Optional.empty();
        }
        String name = session.device().orElseThrow().name();
        Optional<HostInterface> ours = ours(session, now);
        if (ours.isEmpty()) {
            return Optional.of("the interface " + name + " was deleted");
        }
        return ours.get().name().equals(name)
                ? Optional.empty()
                : Optional.of("the interface " + name + " was renamed to "
                        + ours.get().name());
    }

    /** What another program did to our device that can be undone. */
    private static Optional<String> damaged(Session session, HostInterface ours) {
        TunConfig wanted = session.profile().tun();
        if (!ours.up()) {
            return Optional.of("the interface " + ours.name() + " was switched off");
        }
        List<IpPrefix> missing = wanted.addresses().stream()
                .filter(address -> !ours.addresses().contains(address))
                .toList();
        if (!missing.isEmpty()) {
            return Optional.of("the interface " + ours.name() + " lost " + missing);
        }
        return ours.mtu() == 0 || ours.mtu() == wanted.mtu()
                ? Optional.empty()
                : Optional.of("the interface " + ours.name() + " was given MTU " + ours.mtu());
    }
}
