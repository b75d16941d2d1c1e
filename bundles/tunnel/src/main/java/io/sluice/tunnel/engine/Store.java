package io.sluice.tunnel.engine;

import java.io.IOException;

/** Where the memory is kept. */
@FunctionalInterface
public interface Store {

    /** Keeps this in place of what was there before; after a crash either the one or the other is found. */
    void write(Memory memory) throws IOException;
}
