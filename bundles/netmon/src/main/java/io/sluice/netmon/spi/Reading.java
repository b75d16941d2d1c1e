package io.sluice.netmon.spi;

import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The host's network as it was read, our own tunnels marked and passed over as a way out.
 *
 * @param interfaces in any order; sorted here
 */
public record Reading(
        List<HostInterface> interfaces, Optional<DefaultRoute> default4, Optional<DefaultRoute> default6) {

    public Reading {
        interfaces = interfaces.stream()
                .sorted(Comparator.comparing(HostInterface::name))
                .toList();
    }
}
