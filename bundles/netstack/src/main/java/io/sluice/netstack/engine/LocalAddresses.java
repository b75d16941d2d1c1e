package io.sluice.netstack.engine;

import io.sluice.api.net.IpPrefix;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The gateway's own addresses: those of the device, and for each the neighbour in its prefix that plays the far end of the link. The host's
 * kernel answers for the former itself and refuses packets that come in with such a source (RFC 1812 §5.3.7), so the far end is who speaks
 * for the stack: it answers echo and is the source of ICMP errors. Few, so they are searched one after the other.
 */
public final class LocalAddresses {

    private final long[] pairs;
    private final long[] farEnds;

    public LocalAddresses(List<IpPrefix> addresses) {
        pairs = new long[addresses.size() * 2];
        farEnds = new long[addresses.size() * 2];
        for (int i = 0; i < addresses.size(); i++) {
            InetAddress address = addresses.get(i).address();
            ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
            boolean v4 = address instanceof Inet4Address;
            pairs[2 * i] = v4 ? 0 : octets.getLong();
            pairs[2 * i + 1] = v4 ? MappedAddress.low(octets.getInt()) : octets.getLong();
            int hostBits = (v4 ? 32 : 128) - addresses.get(i).length();
            farEnds[2 * i] = pairs[2 * i];
            farEnds[2 * i + 1] = pairs[2 * i + 1] + toFarEnd(pairs[2 * i + 1], hostBits);
        }
    }

    /** The distance to the next address, or to the one before where the next is the last (IPv4's broadcast) or none. */
    private static int toFarEnd(long low, int hostBits) {
        if (hostBits == 0) {
            return 0;
        }
        long mask = hostBits >= 63 ? Long.MAX_VALUE : (1L << hostBits) - 1;
        long host = low & mask;
        boolean pointToPoint = hostBits == 1; // RFC 3021, RFC 6164: both addresses are hosts
        return host < mask - (pointToPoint ? 0 : 1) ? 1 : -1;
    }

    public boolean contains(long high, long low) {
        return holds(pairs, high, low) || holds(farEnds, high, low);
    }

    private static boolean holds(long[] list, long high, long low) {
        for (int i = 0; i < list.length; i += 2) {
            if (list[i + 1] == low && list[i] == high) {
                return true;
            }
        }
        return false;
    }

    /** Index of the address that speaks for us in this family, for {@link #speakerHigh} and {@link #speakerLow}; −1 if there is none. */
    public int speaker(boolean v6) {
        for (int i = 0; i < farEnds.length; i += 2) {
            boolean distinct = farEnds[i + 1] != pairs[i + 1];
            if (distinct && MappedAddress.isV4(farEnds[i], farEnds[i + 1]) != v6) {
                return i;
            }
        }
        return -1;
    }

    /** The device's own address, whose neighbour the speaker is. */
    public long ownHigh(int index) {
        return pairs[index];
    }

    public long ownLow(int index) {
        return pairs[index + 1];
    }

    public long speakerHigh(int index) {
        return farEnds[index];
    }

    public long speakerLow(int index) {
        return farEnds[index + 1];
    }
}
