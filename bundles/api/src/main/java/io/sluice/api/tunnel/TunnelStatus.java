package io.sluice.api.tunnel;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * How the tunnel stands.
 *
 * @param reason why it is in this state, in one sentence
 * @param since when this state began
 * @param blocked the kill switch is closed: nothing leaves the machine but what its allow-list names
 * @param device name of the TUN interface while there is one
 * @param startedAt when it became connected
 * @param error the last error; kept over restarts until the next successful start
 */
public record TunnelStatus(
        TunnelState state,
        String reason,
        Instant since,
        boolean blocked,
        Optional<String> device,
        Optional<Instant> startedAt,
        Optional<TunnelError> error) {

    public TunnelStatus {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(error, "error");
    }
}
