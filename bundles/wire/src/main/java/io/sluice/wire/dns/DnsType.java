package io.sluice.wire.dns;

/** Record types, query types and the class, from the IANA registry "Domain Name System (DNS) Parameters". */
public final class DnsType {

    public static final int A = 1; // RFC 1035 §3.4.1
    public static final int NS = 2; // RFC 1035 §3.3.11
    public static final int CNAME = 5; // RFC 1035 §3.3.1
    public static final int SOA = 6; // RFC 1035 §3.3.13
    public static final int PTR = 12; // RFC 1035 §3.3.12
    public static final int MX = 15; // RFC 1035 §3.3.9
    public static final int TXT = 16; // RFC 1035 §3.3.14
    public static final int AAAA = 28; // RFC 3596 §2.1
    public static final int SRV = 33; // RFC 2782
    public static final int DNAME = 39; // RFC 6672 §2.1
    public static final int OPT = 41; // RFC 6891 §6.1
    public static final int SVCB = 64; // RFC 9460 §2.1
    public static final int HTTPS = 65; // RFC 9460 §9
    public static final int ANY = 255; // RFC 1035 §3.2.3

    /** The Internet: RFC 1035 §3.2.4. */
    public static final int CLASS_IN = 1;

    private DnsType() {}

    /** The type's mnemonic, or TYPEn: RFC 3597 §5. */
    public static String name(int type) {
        return switch (type) {
            case A -> "A";
            case NS -> "NS";
            case CNAME -> "CNAME";
            case SOA -> "SOA";
            case PTR -> "PTR";
            case MX -> "MX";
            case TXT -> "TXT";
            case AAAA -> "AAAA";
            case SRV -> "SRV";
            case DNAME -> "DNAME";
            case OPT -> "OPT";
            case SVCB -> "SVCB";
            case HTTPS -> "HTTPS";
            case ANY -> "ANY";
            default -> "TYPE" + type;
        };
    }
}
