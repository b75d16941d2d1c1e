package io.sluice.outbound.direct.engine;

import io.sluice.dialer.SocketSettings;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;

/**
 * What is configured of one direct outbound.
 *
 * @param sockets its sockets, and which addresses of a name they go to
 * @param nameservers who is asked for names, in order; empty takes the host's own list
 * @param rules where its flows may go
 */
public record DirectSettings(SocketSettings sockets, List<InetSocketAddress> nameservers, FinalRules rules) {

    public DirectSettings {
        Objects.requireNonNull(sockets, "sockets");
        Objects.requireNonNull(rules, "rules");
        nameservers = List.copyOf(nameservers);
    }
}
