package io.sluice.tunnel.engine;

import java.util.List;

/**
 * One step of a start, and its undoing. A step that fails leaves nothing of its own behind; what the steps before it did is undone in
 * reverse. Undoing never fails as a whole: it does what it can and says in the log what it could not.
 */
sealed interface Step
        permits CheckRooms,
                CleanUpLeftovers,
                OpenDevice,
                AttachStack,
                SetRoutes,
                RedirectStreams,
                SetHostDns,
                RememberStart {

    /** Every step of a start, in order. */
    List<Step> ALL = List.of(
            new CheckRooms(),
            new CleanUpLeftovers(),
            new OpenDevice(),
            new AttachStack(),
            new SetRoutes(),
            new RedirectStreams(),
            new SetHostDns(),
            new RememberStart());

    /** What it does, as a phrase for the log: "open the TUN device". */
    String title();

    void take(Session session, TunnelContext context) throws Fault;

    /** Whether it puts something on the host. */
    default boolean undoable() {
        return true;
    }

    /** Undoes it; called only if it was taken and is {@link #undoable()}. */
    default void undo(Session session, TunnelContext context) throws Fault {}
}
