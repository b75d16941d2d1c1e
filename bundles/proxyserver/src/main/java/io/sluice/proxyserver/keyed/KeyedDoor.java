package io.sluice.proxyserver.keyed;

import io.sluice.api.egress.EgressBinder;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.fallback.Fallbacks;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What all connections of one keyed inbound share. Any thread.
 *
 * @param fallbacks where strangers are handed to; none means nowhere
 * @param egress gives what binds the sockets towards fallbacks, or null while it is not there
 */
public record KeyedDoor(Door door, Users users, Fallbacks fallbacks, Supplier<EgressBinder> egress) {

    /** Xray's policy level 0 ({@code handshake}): a deadline of our own would tell the two apart. */
    public static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(60);
}
