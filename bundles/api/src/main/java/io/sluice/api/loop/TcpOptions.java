package io.sluice.api.loop;

import java.util.Objects;
import java.util.Optional;

/**
 * What is asked of the kernel for one TCP socket (tcp(7)). 0 leaves the kernel's own value.
 *
 * @param keepAliveIdle seconds of silence before the first probe; negative for no probes at all
 * @param keepAliveInterval seconds between probes; negative for no probes at all
 * @param keepAliveProbes that may go unanswered before the connection is given up
 * @param userTimeout milliseconds that sent octets may stay unacknowledged (RFC 5482)
 * @param maxSegment largest segment in octets
 * @param windowClamp largest receive window in octets
 * @param congestion congestion control, by the kernel's name
 */
public record TcpOptions(
        int keepAliveIdle,
        int keepAliveInterval,
        int keepAliveProbes,
        int userTimeout,
        int maxSegment,
        int windowClamp,
        Optional<String> congestion) {

    /** The kernel's own values. */
    public static final TcpOptions NONE = new TcpOptions(0, 0, 0, 0, 0, 0, Optional.empty());

    /**
     * A peer that is gone without a word is noticed within 15 s: ours, and five probes, so that a path that loses a packet in twenty does not end an idle
     * connection for days. Loops that can, bound what stays unacknowledged by the same time, but not a wait for a slow reader, as a user timeout would.
     */
    public static final TcpOptions KEEP_ALIVE = new TcpOptions(4, 2, 5, 0, 0, 0, Optional.empty());

    public TcpOptions {
        Objects.requireNonNull(congestion, "congestion");
    }
}
