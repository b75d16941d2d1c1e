package io.sluice.wire.dns;

import io.sluice.wire.IpAddress;
import io.sluice.wire.OctetString;

/** A record's data. */
public sealed interface DnsData {

    /** Of A (an IPv4 address) and AAAA (an IPv6 address). */
    record Address(IpAddress address) implements DnsData {}

    /** Of NS, CNAME, PTR and DNAME. */
    record Target(DnsName name) implements DnsData {}

    /**
     * Of SOA: RFC 1035 §3.3.13.
     *
     * @param serial the 32 bits
     * @param refresh seconds, the 32 bits
     * @param retry seconds, the 32 bits
     * @param expire seconds, the 32 bits
     * @param minimum seconds, the 32 bits; with the record's own time to live it bounds negative answers (RFC 2308 §5)
     */
    record Authority(DnsName primary, DnsName mailbox, int serial, int refresh, int retry, int expire, int minimum)
            implements DnsData {}

    /**
     * Of MX: RFC 1035 §3.3.9.
     *
     * @param preference 0..65535, the lowest is tried first
     */
    record MailExchange(int preference, DnsName exchange) implements DnsData {}

    /**
     * Of SRV: RFC 2782.
     *
     * @param priority 0..65535, the lowest is tried first
     * @param weight 0..65535, the share among equal priorities
     */
    record Service(int priority, int weight, int port, DnsName target) implements DnsData {}

    /** Of every other type, and of every other class: RFC 3597. */
    record Opaque(OctetString octets) implements DnsData {}
}
