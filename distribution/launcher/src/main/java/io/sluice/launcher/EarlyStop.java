package io.sluice.launcher;

/** Until there is an appliance to be stopped: a signal then ends the process at once, and that is no failed start. */
final class EarlyStop implements AutoCloseable {
    private final Thread hook;

    EarlyStop(FailedStarts starts) {
        hook = new Thread(starts::clear, "sluice-stop-early");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The signal has come, and the hook is at work.
        }
    }
}
