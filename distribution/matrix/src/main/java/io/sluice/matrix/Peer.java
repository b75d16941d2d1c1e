package io.sluice.matrix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A program that can be a client, a server or both: the appliance, or one of those that people have. */
interface Peer {

    String name();

    /** Why there is no such cell, if so: the program is not there, or does not have it. */
    Optional<String> cannot(Carrier carrier, Role role);

    /**
     * Starts it: as the server in the server's namespace at {@link Ends#serverPort}, with a direct way out; as the client in the client's namespace, with SOCKS5
     * at loopback at {@link Ends#socksPort}.
     *
     * @param folder empty, for its files
     */
    Running start(Carrier carrier, Role role, Ends ends, Path folder) throws IOException;

    /** The same program without a fault of its own that is known, where it can be told so: what fails only with it is no fault of ours. */
    default Optional<Peer> mended() {
        return Optional.empty();
    }

    enum Role {
        CLIENT,
        SERVER
    }

    /** @param serverName what the client takes the server's certificate for */
    record Ends(
            Site site,
            Credentials credentials,
            Certificates certificates,
            String serverName,
            int serverPort,
            int socksPort) {}

    /** A program that runs; closing ends it. */
    interface Running extends AutoCloseable {

        boolean isAlive();

        /** The last that it said. */
        String lastWords();

        /** Processor seconds so far. */
        double cpuSeconds();

        @Override
        void close();
    }
}
