package io.sluice.netstack.engine;

import java.util.Locale;

/** What an engine counts. The name that leaves the engine is the constant's in camelCase. */
public enum Counter {
    RX_PACKETS,
    RX_BYTES,
    RX_SUPER_PACKETS,
    TX_PACKETS,
    TX_BYTES,
    TX_SUPER_PACKETS,
    /** The device's queue was full. */
    TX_REFUSED,
    IP_UNKNOWN_PROTOCOL,
    IP_MARTIAN_SOURCE,
    IP_MULTICAST_DESTINATION,
    IP_MARTIAN_DESTINATION,
    IP_HOP_LIMIT_EXCEEDED,
    IP_FRAGMENTS,
    IP_FRAGMENTS_SENT,
    IP_REASSEMBLED,
    IP_REASSEMBLY_FAILED,
    /** The acceptor or a channel threw: a fault of ours, the log has it. */
    INTERNAL_FAULTS,
    TCP_SEGMENTS_RECEIVED,
    TCP_SEGMENTS_SENT,
    TCP_CONNECTIONS_OFFERED,
    TCP_CONNECTIONS_ACCEPTED,
    TCP_CONNECTIONS_ESTABLISHED,
    TCP_CONNECTIONS_CLOSED,
    TCP_CONNECTIONS_RESET_BY_PEER,
    TCP_CONNECTIONS_ABORTED,
    TCP_CONNECTIONS_TIMED_OUT,
    TCP_OFFERS_CANCELLED,
    TCP_OFFERS_REJECTED,
    TCP_OFFERS_DROPPED,
    SYN_DROPPED_HALF_OPEN_LIMIT,
    SYN_DROPPED_CONNECTION_LIMIT,
    TCP_SYN_COOKIES_SENT,
    TCP_SYN_COOKIES_ANSWERED,
    TCP_DUPLICATE_SYNS,
    TCP_RESETS_SENT,
    TCP_CHALLENGE_ACKS_SENT,
    TCP_CHALLENGE_ACKS_SUPPRESSED,
    TCP_PAWS_REJECTED,
    TCP_OUT_OF_WINDOW,
    TCP_BAD_ACKNOWLEDGMENT,
    TCP_MISSING_TIMESTAMP,
    TCP_EXCESSIVE_WINDOW_SCALE,
    TCP_OUT_OF_ORDER,
    TCP_REASSEMBLY_FULL,
    TCP_DUPLICATE_DATA,
    TCP_DATA_AFTER_CLOSE,
    TCP_RETRANSMITTED_SEGMENTS,
    TCP_RETRANSMITTED_BYTES,
    TCP_FAST_RECOVERIES,
    TCP_TAIL_LOSS_PROBES,
    TCP_RETRANSMISSION_TIMEOUTS,
    TCP_SPURIOUS_RECOVERIES_UNDONE,
    TCP_DSACKS_RECEIVED,
    /** Reductions because of ECE: RFC 3168. */
    TCP_CONGESTION_MARKS,
    TCP_MTU_PROBES,
    /** Full segments vanished and the segment size was lowered: RFC 8899 §4.3. */
    TCP_MTU_BLACK_HOLES,
    TCP_ZERO_WINDOW_PROBES,
    TCP_KEEPALIVE_PROBES,
    TCP_TIME_WAIT_RECYCLED,
    TCP_RESETS_IGNORED_IN_TIME_WAIT,
    TCP_ICMP_ERRORS_IGNORED,
    TCP_PATH_MTU_REDUCED,
    /** The kernel did not complete a handshake that was handed to it. */
    KERNEL_HANDSHAKES_FAILED,
    /** A connection to the kernel's listener that did not come through the stack. */
    KERNEL_STRANGERS_REFUSED,
    /** A segment of the kernel for a session that is over. */
    KERNEL_STRAY_SEGMENTS,
    KERNEL_SESSIONS_EVICTED,
    UDP_DATAGRAMS_RECEIVED,
    UDP_DATAGRAMS_SENT,
    UDP_SESSIONS_OPENED,
    UDP_SESSIONS_CLOSED,
    UDP_SESSIONS_EVICTED,
    UDP_SESSIONS_REJECTED,
    UDP_DROPPED_SESSION_LIMIT,
    UDP_PORT_ZERO,
    UDP_QUEUE_FULL,
    UDP_SEND_DROPPED,
    ICMP_ECHO_ANSWERED,
    ICMP_ECHO_OFFERED,
    ICMP_ECHO_DROPPED,
    ICMP_ERRORS_SENT,
    ICMP_ERRORS_SUPPRESSED,
    ICMP_ERRORS_RECEIVED,
    /** Not about a packet of ours, or not credible (RFC 5927). */
    ICMP_ERRORS_REFUSED,
    ICMP_IGNORED;

    private final String text;

    Counter() {
        StringBuilder camel = new StringBuilder();
        for (String word : name().split("_")) {
            camel.append(
                    camel.isEmpty()
                            ? word.toLowerCase(Locale.ROOT)
                            : word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT));
        }
        this.text = camel.toString();
    }

    /** The name in {@link io.sluice.api.netstack.StackCounters}. */
    public String text() {
        return text;
    }
}
