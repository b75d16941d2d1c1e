package io.sluice.tunnel.engine;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.redirect.RedirectException;
import io.sluice.api.redirect.RedirectSet;
import io.sluice.api.redirect.StreamRedirector;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has TCP redirected that the routes would send into the device, if the profile wants it. A matter of speed only: where it cannot be had the same TCP goes through
 * the device, so it is no fault of a start, but said in the tunnel's state.
 */
record RedirectStreams() implements Step {

    private static final Logger LOG = LoggerFactory.getLogger(RedirectStreams.class);

    @Override
    public String title() {
        return "redirect TCP";
    }

    @Override
    public void take(Session session, TunnelContext context) {
        redirect(session, context);
    }

    /** Also when another redirector or another egress binder, whose mark may differ, is there. */
    static void redirect(Session session, TunnelContext context) {
        if (!session.profile().autoRedirect()) {
            return;
        }
        Optional<String> obstacle = obstacle(session, context);
        obstacle.filter(why -> !session.notRedirected().equals(obstacle))
                .ifPresent(why -> LOG.warn("TCP is not redirected and goes through the device: {}", why));
        session.notRedirected(obstacle);
    }

    private static Optional<String> obstacle(Session session, TunnelContext context) {
        Optional<StreamRedirector> redirector = context.rooms().redirector();
        if (redirector.isEmpty()) {
            return Optional.of(Room.REDIRECT.sentence());
        }
        Optional<Integer> mark = context.rooms()
                .egress()
                .map(EgressBinder::status)
                .map(EgressBinder.EgressStatus::mark)
                .filter(m -> m != 0);
        if (mark.isEmpty()) {
            return Optional.of("the appliance's own connections carry no mark, so they would be redirected too");
        }
        try {
            redirector
                    .get()
                    .set(new RedirectSet(
                            session.deviceName().orElseThrow(),
                            session.profile().tun().addresses(),
                            mark.get(),
                            Session.INBOUND_TAG));
            return Optional.empty();
        } catch (RedirectException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public void undo(Session session, TunnelContext context) throws Fault {
        session.notRedirected(Optional.empty());
        if (!session.profile().autoRedirect() || context.rooms().redirector().isEmpty()) {
            // A redirector that went away has taken its rules with it.
            return;
        }
        try {
            context.rooms().redirector().get().clear();
        } catch (RedirectException e) {
            throw new Fault(
                    ErrorCause.INTERNAL,
                    "The redirection of TCP could not be removed: " + Sentence.of(e),
                    "Remove it by hand (nft delete table inet sluice_redirect).",
                    e);
        }
    }
}
