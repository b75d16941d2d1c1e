package io.sluice.wire;

/** Protocol and Next Header numbers, from the IANA registry "Assigned Internet Protocol Numbers". */
public final class IpProtocol {

    public static final int HOP_BY_HOP = 0;
    public static final int ICMPV4 = 1;
    public static final int IGMP = 2;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ROUTING = 43;
    public static final int FRAGMENT = 44;
    public static final int ESP = 50;
    public static final int AH = 51;
    public static final int ICMPV6 = 58;
    public static final int NO_NEXT_HEADER = 59;
    public static final int DESTINATION_OPTIONS = 60;

    private IpProtocol() {}

    /** A name for logs; the number itself when it has none here. */
    public static String name(int protocol) {
        return switch (protocol) {
            case HOP_BY_HOP -> "hop-by-hop";
            case ICMPV4 -> "ICMP";
            case IGMP -> "IGMP";
            case TCP -> "TCP";
            case UDP -> "UDP";
            case ROUTING -> "routing";
            case FRAGMENT -> "fragment";
            case ESP -> "ESP";
            case AH -> "AH";
            case ICMPV6 -> "ICMPv6";
            case NO_NEXT_HEADER -> "no-next-header";
            case DESTINATION_OPTIONS -> "destination-options";
            default -> "protocol " + protocol;
        };
    }
}
