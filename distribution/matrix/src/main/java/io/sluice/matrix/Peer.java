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

        /** Whether anybody is connected to a port of the program's namespace. */
        boolean isConnectedAt(int port) throws IOException;

        /** Processor seconds so far. */
        double cpuSeconds();

        @Override
        void close();
    }
}
