package io.sluice.matrix;

import io.sluice.matrix.Peer.Role;
import java.util.Optional;

/** One carrier between two programs. */
record Cell(Carrier carrier, Peer client, Peer server) {

    String name() {
        return carrier.name() + ": " + client.name() + " → " + server.name();
    }

    /** Why it cannot run, if so. */
    Optional<String> cannot() {
        return server.cannot(carrier, Role.SERVER).or(() -> client.cannot(carrier, Role.CLIENT));
    }
}
