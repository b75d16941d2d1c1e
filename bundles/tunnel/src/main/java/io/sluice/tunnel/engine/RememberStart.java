package io.sluice.tunnel.engine;

import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.io.IOException;

/** Writes down that the tunnel is up; the last error is forgotten. */
record RememberStart() implements Step {

    @Override
    public String title() {
        return "write the state";
    }

    @Override
    public void take(Session session, TunnelContext context) throws Fault {
        Memory before = context.memory();
        try {
            context.remember(before.withStart(context.now()));
        } catch (IOException e) {
            context.rememberOrWarn(before);
            throw fault(e);
        }
    }

    @Override
    public void undo(Session session, TunnelContext context) {
        context.rememberOrWarn(context.memory().withoutStart());
    }

    static Fault fault(IOException e) {
        return new Fault(
                ErrorCause.INTERNAL,
                "The tunnel's state could not be written: " + Sentence.of(e),
                "See that the data folder has room and can be written.",
                e);
    }
}
