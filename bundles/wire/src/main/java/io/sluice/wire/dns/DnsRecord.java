package io.sluice.wire.dns;

import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;

/**
 * One resource record: RFC 1035 §4.1.3.
 *
 * @param type of {@link DnsType}, never OPT, which is {@link Edns}
 * @param dnsClass nearly always {@link DnsType#CLASS_IN}
 * @param ttl seconds, 0..2^31-1: RFC 2181 §8
 * @param data of the form that belongs to the type
 */
public record DnsRecord(DnsName name, int type, int dnsClass, int ttl, DnsData data) {

    /** @throws IllegalArgumentException when data and type do not belong together, or the time to live is negative */
    public DnsRecord {
        boolean fits = switch (data) {
            case DnsData.Address(IpAddress address) ->
                switch (address) {
                    case Ip4Address four -> type == DnsType.A;
                    case Ip6Address six -> type == DnsType.AAAA;
                };
            case DnsData.Target target ->
                type == DnsType.NS || type == DnsType.CNAME || type == DnsType.PTR || type == DnsType.DNAME;
            case DnsData.Authority authority -> type == DnsType.SOA;
            case DnsData.MailExchange exchange -> type == DnsType.MX;
            case DnsData.Service service -> type == DnsType.SRV;
            case DnsData.Opaque opaque -> type != DnsType.OPT;
        };
        if (!fits || ttl < 0) {
            throw new IllegalArgumentException(
                    "not a record of type " + DnsType.name(type) + ": ttl " + ttl + ", " + data);
        }
    }

    /** An A or an AAAA record. */
    public static DnsRecord address(DnsName name, int ttl, IpAddress address) {
        int type = address instanceof Ip4Address ? DnsType.A : DnsType.AAAA;
        return new DnsRecord(name, type, DnsType.CLASS_IN, ttl, new DnsData.Address(address));
    }

    /** An NS, CNAME, PTR or DNAME record. */
    public static DnsRecord target(DnsName name, int type, int ttl, DnsName target) {
        return new DnsRecord(name, type, DnsType.CLASS_IN, ttl, new DnsData.Target(target));
    }
}
