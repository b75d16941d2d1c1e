package io.sluice.wire.dns;

import io.sluice.wire.OctetString;
import java.util.List;

/**
 * What the OPT record says: RFC 6891 §6.1.
 *
 * <pre>
 *  NAME    root        TTL:  +0 (MSB)                            +1 (LSB)
 *  TYPE    41               +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 *  CLASS   UDP size       0 |     EXTENDED-RCODE    |        VERSION        |
 *  TTL     (right)          +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 *  RDATA   options        2 |DO|                     Z                      |
 *                           +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 * </pre>
 *
 * @param udpPayload octets of the largest UDP message its sender takes, 0..65535; below 512 means 512 (RFC 6891 §6.2.3)
 * @param extendedRcode the upper eight bits of the response code
 * @param version 0 is the only one there is
 * @param flags the low 16 bits of the record's time to live, {@link #DNSSEC_OK} among them
 */
public record Edns(int udpPayload, int extendedRcode, int version, int flags, List<Option> options) {

    /** RFC 3225 §3. */
    public static final int DNSSEC_OK = 0x8000;
    /** Fits the minimum IPv6 MTU without fragments (RFC 8200 §5): 1280 less 40 and 8 octets of headers, as agreed on DNS Flag Day 2020. */
    public static final int DEFAULT_UDP_PAYLOAD = 1232;

    /** Octets of the record without options. */
    static final int FIXED_LENGTH = 1 + DnsScan.FIXED;

    public Edns {
        options = List.copyOf(options);
    }

    /** What this appliance says about itself: {@link #DEFAULT_UDP_PAYLOAD}, version 0, no option. */
    public static Edns ours() {
        return new Edns(DEFAULT_UDP_PAYLOAD, 0, 0, 0, List.of());
    }

    public boolean dnssecOk() {
        return (flags & DNSSEC_OK) != 0;
    }

    /**
     * One option: RFC 6891 §6.1.2.
     *
     * @param code 0..65535, from the IANA registry "DNS EDNS0 Option Codes"
     */
    public record Option(int code, OctetString data) {}
}
