package io.sluice.api.flow;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One flow as it is, or was when it ended.
 *
 * @param id unique in this process
 * @param source what was known when it arrived
 * @param state where it stands
 * @param outboundTag the outbound it uses, once policy chose
 * @param rule the rule that chose, as text
 * @param uplinkBytes octets from the client to the outside
 * @param downlinkBytes octets from the outside to the client
 * @param started when it arrived
 * @param idle time since an octet moved
 * @param closeReason why it ended, if it has
 * @param detail one sentence on the end, where the reason alone does not say enough; never holds a secret
 */
public record FlowSnapshot(
        long id,
        FlowSource source,
        State state,
        Optional<String> outboundTag,
        Optional<String> rule,
        long uplinkBytes,
        long downlinkBytes,
        Instant started,
        Duration idle,
        Optional<CloseReason> closeReason,
        Optional<String> detail) {

    /** Where a flow stands. */
    public enum State {
        /** The outbound is being opened. */
        CONNECTING,
        /** Octets move. */
        ACTIVE,
        /** One direction has ended. */
        HALF_CLOSED,
        /** Its outbound was withdrawn; it may finish until the drain time-out. */
        DRAINING,
        /** It has ended. */
        CLOSED
    }
}
