/**
 * The DNS message codec: RFC 1035 §4, EDNS as of RFC 6891. What to ask, to answer or to keep is not decided here.
 *
 * <p><b>The only way in</b> is {@link io.sluice.wire.dns.DnsHeader#check}: it walks the whole message, allocates nothing and never throws.
 * Behind an {@code OK}, {@link io.sluice.wire.dns.DnsMessage#parse}, {@link io.sluice.wire.dns.DnsTtl} and the accessors of
 * {@link io.sluice.wire.dns.DnsHeader} are safe. A message is a few dozen octets and is asked for once a name, so unlike a packet header it is
 * read into an object.
 *
 * <p><b>Understood:</b> A, AAAA, NS, CNAME, PTR, DNAME, SOA, MX, SRV, OPT. Any other record is carried as it is (RFC 3597); the obsolete types of
 * RFC 1035 that may hold compressed names (MINFO, and from later documents RP, AFSDB, RT, PX, NXT, SIG, NAPTR) are among these, so such a record
 * should be passed on in its original message only. <b>Not supported:</b> TSIG, message signatures, the sections of dynamic update.
 *
 * <p><b>Threads.</b> Values are immutable, everything else is without state.
 */
package io.sluice.wire.dns;
