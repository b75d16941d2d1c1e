package io.sluice.flow.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * Bounds of the flow engine.
 *
 * @param accept when a client's stream is accepted
 * @param connectTimeout for opening an outbound, names and proxies included
 * @param tcpIdle time without an octet in either direction after which a stream ends
 * @param halfClosedIdle the same once one direction has ended
 * @param udpIdle time without a datagram after which an association ends
 * @param dnsIdle the same for an association that only asked port 53, once it was answered
 * @param drainTimeout how long flows of a withdrawn outbound may go on
 * @param maxFlows streams and associations at the same time, at least 1
 */
public record FlowSettings(
        Accept accept,
        Duration connectTimeout,
        Duration tcpIdle,
        Duration halfClosedIdle,
        Duration udpIdle,
        Duration dnsIdle,
        Duration drainTimeout,
        int maxFlows) {

    /** When a client's stream is accepted. */
    public enum Accept {
        /** Once the outbound is connected: the client sees a refusal as a refusal. */
        DIAL_FIRST,
        /** At once: one round trip less, but a refusal looks like an abort. */
        ACCEPT_FIRST
    }

    /** hev-socks5-tunnel's connect time-out; it leaves room for four SYNs (0, 1, 3, 7 s by RFC 6298 §2's 1 s RTO). */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** RFC 5382 REQ-5: an established connection must not be given up before 2 h 4 min (two hours of TCP keep-alive and a margin). */
    public static final Duration TCP_IDLE = Duration.ofMinutes(124);

    /** RFC 5382 REQ-5: a connection in a transitory state must not be given up before 4 min. */
    public static final Duration HALF_CLOSED_IDLE = Duration.ofMinutes(4);

    /** RFC 4787 REQ-5: 5 min recommended, 2 min the least. */
    public static final Duration UDP_IDLE = Duration.ofMinutes(5);

    /** RFC 4787 REQ-5 allows less for well-known ports; 10 s is sing-box's time for DNS. */
    public static final Duration DNS_IDLE = Duration.ofSeconds(10);

    /** Ours: as long as people wait for a page before they reload it; a restarted outbound is back long before. */
    public static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(5);

    /** The netstack's own default for connections; the descriptor limit is met first on ordinary machines. */
    public static final int MAX_FLOWS = 65_536;

    public static final FlowSettings DEFAULTS = new FlowSettings(
            Accept.DIAL_FIRST,
            CONNECT_TIMEOUT,
            TCP_IDLE,
            HALF_CLOSED_IDLE,
            UDP_IDLE,
            DNS_IDLE,
            DRAIN_TIMEOUT,
            MAX_FLOWS);

    public FlowSettings {
        Objects.requireNonNull(accept, "accept");
        positive(connectTimeout, "connectTimeout");
        positive(tcpIdle, "tcpIdle");
        positive(halfClosedIdle, "halfClosedIdle");
        positive(udpIdle, "udpIdle");
        positive(dnsIdle, "dnsIdle");
        if (drainTimeout.isNegative()) {
            throw new IllegalArgumentException("drainTimeout must not be negative, it is " + drainTimeout);
        }
        if (maxFlows < 1) {
            throw new IllegalArgumentException("maxFlows must be at least 1, it is " + maxFlows);
        }
    }

    private static void positive(Duration value, String name) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be more than 0, it is " + value);
        }
    }
}
