package io.sluice.dialer;

import java.net.InetSocketAddress;
import java.util.Optional;

/** Decides on each address before it is dialled, also on those that a name has led to. On the loop. */
@FunctionalInterface
public interface AddressFilter {

    /** Refuses none. */
    AddressFilter NONE = _ -> Optional.empty();

    /** @return why the address may not be dialled, one clause for people; empty if it may */
    Optional<String> refusal(InetSocketAddress address);
}
