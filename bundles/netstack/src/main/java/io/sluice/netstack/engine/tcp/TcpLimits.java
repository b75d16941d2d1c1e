package io.sluice.netstack.engine.tcp;

/** Numbers of TCP and where they come from. Times in nanoseconds, sizes in octets. */
final class TcpLimits {

    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;

    /** RFC 9293 §3.7.1 (MUST-15): without the option. */
    static final int DEFAULT_MSS_V4 = 536;

    static final int DEFAULT_MSS_V6 = 1_220;
    /** Less would be all header; Linux has 48 with options (TCP_MIN_SND_MSS, the answer to CVE-2019-11479). */
    static final int MIN_MSS = 64;

    /** RFC 8201 §4: no less is believed. */
    static final int MIN_PATH_MTU_V6 = 1_280;

    /** RFC 8899 §5.1.2 BASE_PLPMTU: what nearly every path carries; less than any tunnel over Ethernet takes. */
    static final int BASE_PATH_MTU_V4 = 1_200;
    /**
     * Time-outs of a full segment in a row after which the path is taken for a black hole: R1 of RFC 9293 §3.8.3 (at least 3), which is when
     * the layer below is to be told; Linux tcp_retries1.
     */
    static final int BLACK_HOLE_TIMEOUTS = 3;
    /** RFC 8899 §5.1.2 MAX_PROBES. */
    static final int MTU_PROBES = 3;
    /** RFC 8899 §5.1.1 PMTU_RAISE_TIMER. */
    static final long MTU_RAISE = 600 * SECOND;
    /** Bounds so close, in octets, end the search: another probe would win a hundredth (Linux tcp_probe_threshold is 8). */
    static final int MTU_SEARCH_CLOSE = 16;

    /** Starting receive window, doubled per round trip as the flow uses it; Linux starts with 64 KiB, our link has no delay. */
    static final int INITIAL_RECEIVE_LIMIT = 256 * 1024;
    /** A 100 ms path at 320 Mbit/s; the bound that the performance goals name. */
    static final int MAX_RECEIVE_LIMIT = 4 * 1024 * 1024;
    /** What a window shrinks to when the engine's memory is exhausted: a flow stays alive. */
    static final int STARVED_RECEIVE_LIMIT = 16 * 1024;
    /** RFC 7323 §2.3: 64 KiB << 7 = 8 MiB covers the greatest window. */
    static final int WINDOW_SHIFT = 7;
    /** Pieces out of order a connection keeps; beyond it the newest is dropped and the peer retransmits. */
    static final int MAX_REASSEMBLY_PIECES = 4_096;

    static final int MIN_SEND_LIMIT = 256 * 1024;
    static final int MAX_SEND_LIMIT = 4 * 1024 * 1024;
    /** A flow may always hold this much, whatever the engine's memory says. */
    static final int STARVED_SEND_LIMIT = 32 * 1024;
    /**
     * Records of segments in flight: bounds the work and memory that a tiny MSS can cause (CVE-2019-11477). Enough for {@link #MAX_SEND_LIMIT} in
     * segments of 1 KiB, each with a fate of its own.
     */
    static final int MAX_RECORDS = 4_096;

    /** RFC 6298 §2 (2.1). */
    static final long INITIAL_RTO = SECOND;
    /**
     * RTO = SRTT + max(this, 4 · RTTVAR). RFC 6298 §2 (2.3) takes the clock's granularity and (2.4) a second for the whole; this departs as
     * Linux does (tcp_rto_min): a peer may delay an acknowledgement by 200 ms on top of any round trip, however steady that was.
     */
    static final long LEAST_RTO_MARGIN = 200 * MILLISECOND;
    /** RFC 6298 §2 (2.5): at least 60 s. */
    static final long MAX_RTO = 60 * SECOND;
    /** RFC 6298 §5 (5.7): RTO after a lost SYN. */
    static final long RTO_AFTER_SYN_LOSS = 3 * SECOND;

    /** RFC 8985 §7.2: delayed acknowledgement the peer may add when one segment is in flight; 200 ms as Linux sends at the latest. */
    static final long WORST_DELAYED_ACK = 200 * MILLISECOND;
    /** Added to two round trips: ours is below a millisecond, the peer's scheduling is not (Linux: 2 jiffies of 4 ms). */
    static final long MIN_PROBE_TIMEOUT = 10 * MILLISECOND;

    /** RFC 9293 §3.8.6.3 (MUST-40) allows 500 ms; 40 ms as Linux (TCP_DELACK_MIN). */
    static final long DELAYED_ACK = 40 * MILLISECOND;

    /** RFC 9293 §3.8.3 (MUST-22): R2 at least 100 s. */
    static final long GIVE_UP_DATA = 120 * SECOND;
    /** RFC 9293 §3.8.3 (MUST-23): at least 3 min for a SYN. */
    static final long GIVE_UP_SYN = 180 * SECOND;
    /** The same while strangers get cookies: a flood gets no three minutes. */
    static final long GIVE_UP_SYN_UNDER_PRESSURE = 15 * SECOND;
    /** A client that has not repeated its SYN for so long has given up: BSD's TCPTV_KEEP_INIT, above Linux's greatest gap of 64 s. */
    static final long HALF_OPEN = 75 * SECOND;

    /**
     * Unknown clients a second and engine that are dialled for before they are answered, however fast the dials end: a whole /24 that comes at once, as
     * after a power cut. More of them in a second come in a flood only, and a dial costs some fifty times what a cookie does.
     */
    static final int STRANGERS_PER_SECOND = 256;
    /** SYN cookies a second and engine: a twentieth of a core at 5 µs each; beyond it SYNs are dropped, and clients repeat them. */
    static final int COOKIES_PER_SECOND = 10_000;
    /** A cookie is good for one to two units of 64 s: a client repeats its ACK or data much sooner. */
    static final long COOKIE_LIFETIME = 64 * SECOND;
    /** So long a client that answered a handshake is no stranger: a DHCP lease outlives it, a spoofed flood seldom. */
    static final long CLIENT_KNOWN = 3_600 * SECOND;

    /** RFC 9293 §3.4.2: MSL is 2 min by fiat of 1981; 30 s as Linux and BSD (TIME-WAIT 60 s). */
    static final long TIME_WAIT = 60 * SECOND;
    /** Compact entries, 100 octets each; beyond it the connection ends without one. */
    static final int MAX_TIME_WAIT = 16_384;
    /** FIN-WAIT-2 of a connection nobody reads any more: Linux tcp_fin_timeout. */
    static final long FIN_WAIT_2 = 60 * SECOND;

    /** RFC 9293 §3.8.4 (MUST-28): not below 2 h by default. */
    static final long KEEPALIVE_IDLE = 7_200 * SECOND;
    /** Linux tcp_keepalive_intvl, tcp_keepalive_probes. */
    static final long KEEPALIVE_INTERVAL = 75 * SECOND;

    static final int KEEPALIVE_PROBES = 9;

    /** RFC 5961 §7 wants a limit; per connection, so that one can't sense another's (CVE-2016-5696); Linux tcp_invalid_ratelimit. */
    static final long CHALLENGE_INTERVAL = 500 * MILLISECOND;

    /** RFC 7323 §5.5: a timestamp is invalid after 24 days without a segment. */
    static final long TIMESTAMP_LIFETIME = 24L * 24 * 3_600 * SECOND;

    private TcpLimits() {}
}
