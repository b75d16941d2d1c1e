package io.sluice.flow.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A sum that one thread adds to and any thread reads: an opaque load and store, no locked instruction, never torn. */
final class SingleWriterCounter {

    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(SingleWriterCounter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // through VALUE
    private long value;

    /** Owner thread only. */
    void add(long amount) {
        VALUE.setOpaque(this, (long) VALUE.getOpaque(this) + amount);
    }

    long get() {
        return (long) VALUE.getOpaque(this);
    }
}
