package io.sluice.netstack.engine.ip;

import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Cuts whole packets into fragments for tests. */
final class Fragments {

    private Fragments() {}

    /** One fragment of the packet: octets {@code from} to {@code to} of what follows its IP header. */
    static ByteBuffer cut(ByteBuffer whole, int identification, int from, int to, boolean more) {
        return whole.get(0) >> 4 == 4
                ? cut4(whole, identification, from, to, more)
                : cut6(whole, identification, from, to, more);
    }

    private static ByteBuffer cut4(ByteBuffer whole, int identification, int from, int to, boolean more) {
        ByteBuffer fragment = ByteBuffer.allocate(20 + to - from);
        int flags = from / 8 | (more ? Ipv4Header.MORE_FRAGMENTS : 0);
        int protocol = Ipv4Header.protocol(whole, 0);
        Ipv4Header.write(
                fragment,
                0,
                0,
                fragment.limit(),
                identification,
                flags,
                64,
                protocol,
                whole.getInt(12),
                whole.getInt(16));
        return fragment.put(20, whole, 20 + from, to - from);
    }

    private static ByteBuffer cut6(ByteBuffer whole, int identification, int from, int to, boolean more) {
        ByteBuffer fragment = ByteBuffer.allocate(48 + to - from);
        fragment.put(0, whole, 0, 40);
        Ipv6Header.putNextHeader(fragment, 0, IpProtocol.FRAGMENT);
        Ipv6Header.putPayloadLength(fragment, 0, fragment.limit() - 40);
        fragment.put(40, whole.get(6))
                .putShort(42, (short) (from | (more ? 1 : 0)))
                .putInt(44, identification);
        return fragment.put(48, whole, 40 + from, to - from);
    }

    /** The whole packet in fragments of {@code size} octets, a multiple of 8. */
    static List<ByteBuffer> all(ByteBuffer whole, int identification, int size) {
        int total = whole.limit() - (whole.get(0) >> 4 == 4 ? 20 : 40);
        List<ByteBuffer> fragments = new ArrayList<>();
        for (int from = 0; from < total; from += size) {
            int to = Math.min(total, from + size);
            fragments.add(cut(whole, identification, from, to, to < total));
        }
        return fragments;
    }

    static int header(IpAddress address) {
        return switch (address) {
            case Ip4Address four -> 20;
            case Ip6Address six -> 48;
        };
    }
}
