package io.sluice.netstack.engine;

import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The common form of both families: two longs, IPv4 as {@code ::ffff:a.b.c.d} (RFC 4291 §2.5.5.2). */
public final class MappedAddress {

    private static final long V4_PREFIX = 0x0000_ffff_0000_0000L;
    private static final long V4_MASK = 0xffff_ffffL;

    private MappedAddress() {}

    /** The low long of an IPv4 address; its high long is 0. */
    public static long low(int v4) {
        return V4_PREFIX | (v4 & V4_MASK);
    }

    public static boolean isV4(long high, long low) {
        return high == 0 && (low & ~V4_MASK) == V4_PREFIX;
    }

    /** The IPv4 address inside; meaningful if {@link #isV4}. */
    public static int v4(long low) {
        return (int) low;
    }

    public static InetAddress inetAddress(long high, long low) {
        IpAddress address = isV4(high, low) ? new Ip4Address(v4(low)) : new Ip6Address(high, low);
        return address.toInetAddress();
    }

    public static InetSocketAddress socketAddress(long high, long low, int port) {
        return new InetSocketAddress(inetAddress(high, low), port);
    }
}
