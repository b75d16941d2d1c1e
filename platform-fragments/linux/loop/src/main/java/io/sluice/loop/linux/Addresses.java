package io.sluice.loop.linux;

import static io.sluice.loop.linux.Layouts.*;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Socket addresses in the kernel's form and in Java's. Both directions remember, so that a conversation under way makes no object: a
 * direct-mapped table each, in which what collides is made anew.
 */
final class Addresses {

    /** Ours: the peers of a busy loop at one time. */
    private static final int BITS = 8;

    /** 2^32 divided by the golden ratio (Knuth 6.4, multiplicative hashing). */
    private static final int SPREAD = 0x9e37_79b9;

    private static final int IP4 = 4;
    private static final int IP6 = 8;
    private static final int SCOPE = 24;

    /** ::ffff:0:0/96 (RFC 4291 §2.5.5.2), its upper 32 bits of the low half. */
    private static final int MAPPED = 0xffff;

    private record Known(long high, long low, int port, int scope, InetSocketAddress address) {}

    private final Known[] received = new Known[1 << BITS];
    private final InetSocketAddress[] sent4 = new InetSocketAddress[1 << BITS];
    private final InetSocketAddress[] sent6 = new InetSocketAddress[1 << BITS];
    private final MemorySegment written4 = Arena.ofAuto().allocate((long) ADDRESS << BITS, 8);
    private final MemorySegment written6 = Arena.ofAuto().allocate((long) ADDRESS << BITS, 8);

    /**
     * Writes the address of a destination.
     *
     * @param six for a socket of AF_INET6, where IPv4 travels mapped
     * @return octets, 0 if the socket's family cannot reach it
     */
    int write(InetSocketAddress to, boolean six, MemorySegment out, long at) {
        int slot = slot(to.hashCode());
        InetSocketAddress[] sent = six ? sent6 : sent4;
        MemorySegment written = six ? written6 : written4;
        long from = (long) slot * ADDRESS;
        InetSocketAddress known = sent[slot];
        if (known != to && !to.equals(known)) {
            sent[slot] = null;
            if (!encode(to, six, written, from)) {
                return 0;
            }
            sent[slot] = to;
        }
        MemorySegment.copy(written, from, out, at, ADDRESS);
        return six ? ADDRESS6_LENGTH : ADDRESS4_LENGTH;
    }

    private static boolean encode(InetSocketAddress to, boolean six, MemorySegment out, long at) {
        InetAddress address = to.getAddress();
        if (address == null || (!six && address instanceof Inet6Address)) {
            return false;
        }
        byte[] octets = address.getAddress();
        out.asSlice(at, ADDRESS).fill((byte) 0);
        out.set(SHORT, at, six ? AF_INET6 : AF_INET);
        out.set(NETWORK_SHORT, at + 2, (short) to.getPort());
        if (!six) {
            MemorySegment.copy(octets, 0, out, java.lang.foreign.ValueLayout.JAVA_BYTE, at + IP4, 4);
        } else if (octets.length == 4) {
            out.set(NETWORK_INT, at + IP6 + 8, MAPPED);
            MemorySegment.copy(octets, 0, out, java.lang.foreign.ValueLayout.JAVA_BYTE, at + IP6 + 12, 4);
        } else {
            MemorySegment.copy(octets, 0, out, java.lang.foreign.ValueLayout.JAVA_BYTE, at + IP6, 16);
            out.set(INT, at + SCOPE, ((Inet6Address) address).getScopeId());
        }
        return true;
    }

    /** The sender that the kernel has written, or null if it is of no family known here. */
    InetSocketAddress read(MemorySegment in, long at) {
        short family = in.get(SHORT, at);
        int port = Short.toUnsignedInt(in.get(NETWORK_SHORT, at + 2));
        long high = 0;
        long low;
        int scope = 0;
        if (family == AF_INET) {
            low = (long) MAPPED << 32 | Integer.toUnsignedLong(in.get(NETWORK_INT, at + IP4));
        } else if (family == AF_INET6) {
            high = in.get(NETWORK_LONG, at + IP6);
            low = in.get(NETWORK_LONG, at + IP6 + 8);
            scope = in.get(INT, at + SCOPE);
        } else {
            return null;
        }
        int slot = slot(Long.hashCode(high * 31 + low) + port);
        Known known = received[slot];
        if (known == null || known.low != low || known.port != port || known.high != high || known.scope != scope) {
            known = new Known(high, low, port, scope, new InetSocketAddress(address(high, low, scope), port));
            received[slot] = known;
        }
        return known.address;
    }

    private static InetAddress address(long high, long low, int scope) {
        boolean four = high == 0 && low >>> 32 == MAPPED;
        byte[] octets = new byte[four ? 4 : 16];
        for (int i = 0; i < octets.length; i++) {
            int back = octets.length - 1 - i;
            octets[i] = (byte) (back < 8 ? low >>> 8 * back : high >>> 8 * (back - 8));
        }
        try {
            return scope == 0 || four
                    ? InetAddress.getByAddress(octets)
                    : Inet6Address.getByAddress(null, octets, scope);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 octets are always an address", e);
        }
    }

    private static int slot(int hash) {
        return hash * SPREAD >>> 32 - BITS;
    }
}
