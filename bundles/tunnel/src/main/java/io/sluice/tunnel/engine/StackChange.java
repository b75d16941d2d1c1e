package io.sluice.tunnel.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.tunnel.TunnelProfile;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges the stack for one of another kind while the tunnel is up: the flows end, the device, its routes and the kernel's queue of packets stay.
 * Done when a saved profile differs from the one in force by nothing else that needs a start. A stack that cannot take over leaves the device to the
 * one before it.
 */
final class StackChange {

    private static final Logger LOG = LoggerFactory.getLogger(StackChange.class);

    private StackChange() {}

    /** The saved profile, if all that keeps it from being in force is the kind of stack. */
    static Optional<TunnelProfile> wanted(Session session, TunnelContext context) {
        TunnelProfile now = session.profile();
        return context.profile()
                .filter(saved -> !saved.stack().equals(now.stack()))
                .filter(saved -> now.withStack(saved.stack())
                        .withAutoStart(saved.autoStart())
                        .equals(saved));
    }

    /** Makes the change if it is wanted and the stack is there. */
    static void make(Session session, TunnelContext context) throws Fault {
        Optional<TunnelProfile> wanted = wanted(session, context);
        Optional<IpStack> next = wanted.flatMap(w -> context.rooms().stack(w.stack()));
        if (next.isEmpty()) {
            return;
        }
        TunnelProfile before = session.profile();
        String device = session.deviceName().orElse("the device");
        LOG.info(
                "{} goes from the {} stack to the {} stack: its flows end",
                device,
                before.stack(),
                wanted.get().stack());
        AttachStack.detach(session, CloseReason.INBOUND_WITHDRAWN);
        try {
            AttachStack.attach(session, next.get(), context);
            session.profile(wanted.get());
            session.stackRefusal(Optional.empty());
        } catch (Fault e) {
            LOG.warn("{} {}", e.getMessage(), e.remedy());
            session.stackRefusal(Optional.of(e.getMessage()));
            Optional<IpStack> last = context.rooms().stack(before.stack());
            if (last.isPresent()) {
                AttachStack.attach(session, last.get(), context);
            }
        }
    }

    /** What people are told of a change that is wanted and not made; empty if there is none. */
    static Optional<String> pending(Session session, TunnelContext context) {
        return wanted(session, context)
                .map(w -> session.stackRefusal()
                        .map(why -> "; it stays with the " + session.profile().stack() + " stack: " + why)
                        .orElse("; the " + w.stack() + " stack takes over when it is there"));
    }
}
