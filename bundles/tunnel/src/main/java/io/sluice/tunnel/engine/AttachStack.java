package io.sluice.tunnel.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.netstack.StackException;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.util.Set;

/** Gives the device to the stack, and the stack's flows to the flow room. */
record AttachStack() implements Step {

    @Override
    public String title() {
        return "attach the IP stack";
    }

    @Override
    public void take(Session session, TunnelContext context) throws Fault {
        IpStack stack = context.rooms()
                .stack(session.profile().stack())
                .orElseThrow(() -> CheckRooms.absent(Set.of(Room.STACK)));
        attach(session, stack, context);
    }

    /** Also for the successor of a stack that went away: the device stayed open. */
    static void attach(Session session, IpStack stack, TunnelContext context) throws Fault {
        TunDevice device = new WatchedDevice(
                session.device().orElseThrow(),
                cause -> context.report(new Command.DeviceFailed(session.number(), cause)));
        StackConfig config = StackConfig.defaults(
                        Session.INBOUND_TAG, session.profile().tun().addresses())
                .with(session.profile().tcp());
        try {
            session.attached(
                    stack, stack.attach(device, context.rooms().acceptor().orElse(null), config));
        } catch (StackException e) {
            throw new Fault(
                    ErrorCause.STACK_FAILED,
                    "The IP stack could not take over " + device.name() + ": " + Sentence.of(e),
                    "See the log of the netstack room; another stack can be chosen with tun.stack.",
                    e);
        }
    }

    static void detach(Session session, CloseReason reason) {
        session.attachment().ifPresent(a -> a.detach(reason));
        session.detached();
    }

    @Override
    public void undo(Session session, TunnelContext context) {
        detach(session, CloseReason.INBOUND_WITHDRAWN);
    }
}
