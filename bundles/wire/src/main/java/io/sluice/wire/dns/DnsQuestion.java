package io.sluice.wire.dns;

/**
 * What is asked: RFC 1035 §4.1.2.
 *
 * @param type of {@link DnsType}
 * @param dnsClass nearly always {@link DnsType#CLASS_IN}
 */
public record DnsQuestion(DnsName name, int type, int dnsClass) {

    /** A question in the Internet class. */
    public static DnsQuestion of(DnsName name, int type) {
        return new DnsQuestion(name, type, DnsType.CLASS_IN);
    }

    @Override
    public String toString() {
        return name + " " + DnsType.name(type) + (dnsClass == DnsType.CLASS_IN ? "" : " CLASS" + dnsClass);
    }
}
