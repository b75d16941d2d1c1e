package io.sluice.tunnel.engine;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressBinder.EgressStatus;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.util.Set;
import java.util.stream.Collectors;

/** Every room is there, and our own traffic can be kept out of the tunnel. Touches nothing. */
record CheckRooms() implements Step {

    @Override
    public String title() {
        return "check the rooms";
    }

    /** Nothing to undo. */
    @Override
    public boolean undoable() {
        return false;
    }

    @Override
    public void take(Session session, TunnelContext context) throws Fault {
        Set<Room> absent = context.absent(session.profile());
        if (!absent.isEmpty()) {
            throw absent(absent);
        }
        checkLoop(session, context);
    }

    static Fault absent(Set<Room> rooms) {
        if (rooms.equals(Set.of(Room.KILLSWITCH))) {
            return new Fault(
                    ErrorCause.KILLSWITCH_ABSENT,
                    "The kill switch had rules in force and is not active: without it nothing is connected.",
                    "See why with killswitch:diag; its rules stay in the host until it is there to remove them.",
                    null);
        }
        String names = TunnelContext.labels(rooms);
        String sentences = rooms.stream().map(Room::sentence).collect(Collectors.joining("; "));
        return new Fault(
                ErrorCause.SERVICE_ABSENT,
                "The tunnel needs " + names + ", which " + (rooms.size() == 1 ? "is" : "are") + " not active: "
                        + sentences + ".",
                "See why with " + rooms.stream().map(r -> r.label() + ":diag").collect(Collectors.joining(", ")) + ".",
                null);
    }

    /** Routes into the tunnel without a mark on our own sockets would send what leaves the box back into it. */
    static void checkLoop(Session session, TunnelContext context) throws Fault {
        EgressStatus status =
                context.rooms().egress().map(EgressBinder::status).orElseThrow(() -> absent(Set.of(Room.EGRESS)));
        if (session.profile().include().isEmpty() || status.mark() != 0) {
            return;
        }
        if (status.limitation().isPresent()) {
            throw new Fault(
                    ErrorCause.NOT_PERMITTED,
                    "The profile wants routes, but the appliance cannot keep its own connections out of them: "
                            + status.limitation().get() + ".",
                    "Run Sluice with CAP_NET_ADMIN (as root), or start a profile without routes (tun.routes.include empty).",
                    null);
        }
        throw new Fault(
                ErrorCause.LOOP,
                "The profile wants routes, but the appliance's own connections carry no mark: they would come back through the"
                        + " tunnel.",
                "Set egress.mark to a number that is not 0, or start a profile without routes (tun.routes.include empty).",
                null);
    }
}
