package io.sluice.tunnel.engine;

import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.tun.TunException;
import io.sluice.api.tunnel.TunnelProfile;

/** What can happen to the tunnel. Every state answers every command. */
public sealed interface Command {

    /**
     * Keep this profile.
     *
     * @param configured whether the configuration brought it (else an operator)
     */
    record SaveProfile(TunnelProfile profile, boolean configured) implements Command {}

    /** An operator wants it. */
    record Start() implements Command {}

    /** The profile wants it: start as soon as every room is there, and come back after a fault. */
    record AutoStart() implements Command {}

    /**
     * Undo everything.
     *
     * @param reason one sentence
     * @param byOperator a person said so: only then the kill switch may open
     */
    record Stop(String reason, boolean byOperator) implements Command {

        /** An operator wants it. */
        public Stop(String reason) {
            this(reason, true);
        }
    }

    /**
     * A device brings nothing more.
     *
     * @param session number of the start that opened it
     */
    record DeviceFailed(long session, TunException cause) implements Command {}

    /** A service went away; {@code now} is what is left. */
    record ServiceGone(Room room, Rooms now) implements Command {}

    /** A service came, perhaps in place of another one. */
    record ServiceBack(Room room, Rooms now) implements Command {}

    /** Other outbounds are there: the kill switch lets other servers be reached. */
    record OutboundsChanged(Rooms now) implements Command {}

    /** The kill switch itself tells how it stands. */
    record KillSwitchChanged(KillSwitchMode mode, KillSwitchStatus.State state) implements Command {}

    /** The host's network is another one; the machine compares with what it had known. */
    record NetworkChanged(NetworkChange change) implements Command {}

    /** Somebody, perhaps we, changed routes or rules of the host. */
    record RoutesChanged() implements Command {}

    /**
     * The back-off after a fault is over.
     *
     * @param attempt which one, so that a late one is known
     */
    record Retry(long attempt) implements Command {}

    /** Take the next step; given by the coordinator while the machine is not settled. */
    record Proceed() implements Command {}
}
