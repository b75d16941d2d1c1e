package io.sluice.tunnel.engine;

import io.sluice.api.dns.HostDns;
import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the host ask the profile's name servers. Without a room for it the tunnel works, and the state says that the resolver is the host's own. */
record SetHostDns() implements Step {

    private static final Logger LOG = LoggerFactory.getLogger(SetHostDns.class);

    @Override
    public String title() {
        return "set the host's resolver";
    }

    @Override
    public void take(Session session, TunnelContext context) throws Fault {
        set(session, context);
    }

    /** Also when the room comes, or the profile wants other servers. */
    static void set(Session session, TunnelContext context) throws Fault {
        Optional<HostDnsSettings> wanted =
                session.profile().hostDns(session.deviceName().orElseThrow());
        Optional<HostDns> room = context.rooms().hostDns();
        session.resolverLeft(wanted.isPresent() && room.isEmpty());
        if (room.isEmpty()) {
            if (wanted.isPresent()) {
                LOG.warn("the host's resolver is left as it is: {}", Room.DNS.sentence());
            }
            return;
        }
        try {
            if (wanted.isPresent()) {
                room.get().set(wanted.get());
            } else {
                room.get().cleanUp();
            }
        } catch (HostDnsException e) {
            throw new Fault(
                    ErrorCause.DNS_REFUSED,
                    "The host's resolver could not be set: " + Sentence.of(e),
                    "Put right what it names, or leave the resolver alone (tun.dns empty).",
                    e);
        }
    }

    @Override
    public void undo(Session session, TunnelContext context) throws Fault {
        session.resolverLeft(false);
        if (context.rooms().hostDns().isPresent()) {
            giveBack(context.rooms().hostDns().get());
        } else if (!session.profile().nameServers().isEmpty()) {
            LOG.warn("{}: the host's resolver is given back when there is a room for it", Room.DNS.sentence());
        }
    }

    /** @return whether there was anything to give back */
    static boolean giveBack(HostDns room) throws Fault {
        try {
            return room.cleanUp();
        } catch (HostDnsException e) {
            throw new Fault(
                    ErrorCause.DNS_REFUSED,
                    "The host's resolver could not be given back: " + Sentence.of(e),
                    "Put it right by hand.",
                    e);
        }
    }
}
