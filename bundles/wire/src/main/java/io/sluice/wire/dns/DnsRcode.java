package io.sluice.wire.dns;

/** Response codes: RFC 1035 §4.1.1, extended by RFC 6891 §6.1.3. */
public final class DnsRcode {

    public static final int NO_ERROR = 0;
    public static final int FORMAT_ERROR = 1;
    public static final int SERVER_FAILURE = 2;
    public static final int NAME_ERROR = 3;
    public static final int NOT_IMPLEMENTED = 4;
    public static final int REFUSED = 5;
    /** The EDNS version is not supported: RFC 6891 §9. */
    public static final int BAD_VERSION = 16;

    private DnsRcode() {}

    /** A name for logs; the number itself when it has none here. */
    public static String name(int rcode) {
        return switch (rcode) {
            case NO_ERROR -> "NOERROR";
            case FORMAT_ERROR -> "FORMERR";
            case SERVER_FAILURE -> "SERVFAIL";
            case NAME_ERROR -> "NXDOMAIN";
            case NOT_IMPLEMENTED -> "NOTIMP";
            case REFUSED -> "REFUSED";
            case BAD_VERSION -> "BADVERS";
            default -> "RCODE" + rcode;
        };
    }
}
