package io.sluice.tunnel.engine;

import io.sluice.api.tunnel.TunnelError;
import java.time.Instant;
import java.util.Optional;

/** An error as people see it, and the exception behind it. */
public record Failure(TunnelError error, Optional<Throwable> cause) {

    static Failure of(Fault fault, Instant at) {
        return new Failure(
                new TunnelError(fault.code(), fault.getMessage(), fault.remedy(), at),
                Optional.ofNullable(fault.getCause()));
    }
}
