package io.sluice.api.netstack;

import java.util.Objects;

/**
 * What good stacks do differently towards their TCP clients.
 *
 * @param congestionControl of new connections; a stack that leans on the kernel's TCP leaves it to the kernel
 * @param abortOnOverflow at a limit of the stack a SYN is answered by RST instead of by nothing (RFC 9293 §3.10.7.2 allows either), and so is
 *     the answer to a SYN cookie for which there is no room
 * @param minPathMtu octets, {@link #MIN_PATH_MTU} … {@link #MAX_PATH_MTU}: an IPv4 path is not believed to carry less, whatever an ICMP error
 *     or a loss says. For IPv6 that is 1280 (RFC 8201 §4)
 */
public record TcpSettings(CongestionAlgorithm congestionControl, boolean abortOnOverflow, int minPathMtu) {

    /** 64 octets of payload behind 52 of headers: with less a segment is all header (CVE-2019-11479). RFC 1191 §3 would allow 68. */
    public static final int MIN_PATH_MTU = 116;

    /** BASE_PLPMTU (RFC 8899 §5.1.2): where the search for what a silent path carries begins, so it must be possible. */
    public static final int MAX_PATH_MTU = 1_200;

    /**
     * CUBIC, what nearly everybody uses. Silence, so that a client tries again (Linux: tcp_abort_on_overflow is 0). 552 octets, Linux's
     * route/min_pmtu: a forged error costs no more than that.
     */
    public static final TcpSettings DEFAULTS = new TcpSettings(CongestionAlgorithm.CUBIC, false, 552);

    public TcpSettings {
        Objects.requireNonNull(congestionControl, "congestionControl");
        if (minPathMtu < MIN_PATH_MTU || minPathMtu > MAX_PATH_MTU) {
            throw new IllegalArgumentException(
                    "the least path MTU " + minPathMtu + " is not in " + MIN_PATH_MTU + "…" + MAX_PATH_MTU);
        }
    }

    public TcpSettings with(CongestionAlgorithm algorithm) {
        return new TcpSettings(algorithm, abortOnOverflow, minPathMtu);
    }
}
