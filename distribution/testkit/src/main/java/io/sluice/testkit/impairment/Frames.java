package io.sluice.testkit.impairment;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Room for the frames of one direction: slots of one size, taken and given back. */
final class Frames {

    /** An Ethernet header, IEEE 802.3. */
    static final int LINK_HEADER = 14;

    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int ICMPV6 = 58;

    private final MemorySegment memory;
    private final int slotSize;
    private final int[] lengths;
    private final int[] free;
    private int freeCount;

    /** @param slotSize longest frame with its link header */
    Frames(Arena arena, int count, int slotSize) {
        this.slotSize = slotSize;
        memory = arena.allocate((long) count * slotSize, 64);
        lengths = new int[count];
        free = new int[count];
        for (int i = 0; i < count; i++) {
            free[freeCount++] = count - 1 - i;
        }
    }

    boolean isExhausted() {
        return freeCount == 0;
    }

    int take() {
        return free[--freeCount];
    }

    void giveBack(int slot) {
        free[freeCount++] = slot;
    }

    MemorySegment octets(int slot) {
        return memory.asSlice((long) slot * slotSize, slotSize);
    }

    int length(int slot) {
        return lengths[slot];
    }

    void length(int slot, int octets) {
        lengths[slot] = octets;
    }

    int copy(int slot) {
        int twin = take();
        MemorySegment.copy(memory, (long) slot * slotSize, memory, (long) twin * slotSize, lengths[slot]);
        lengths[twin] = lengths[slot];
        return twin;
    }

    /** @param bit counted from behind the link header */
    void flip(int slot, int bit) {
        long at = (long) slot * slotSize + LINK_HEADER + bit / 8;
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) (memory.get(ValueLayout.JAVA_BYTE, at) ^ 1 << bit % 8));
    }

    /** Whether neighbours find one another by it: ARP and whatever else is not IP, and ICMPv6 133 to 137 (RFC 4861 §4). */
    boolean isNeighbourly(int slot) {
        long at = (long) slot * slotSize;
        int type = octet(at + 12) << 8 | octet(at + 13);
        if (type != ETHERTYPE_IPV6) {
            return type != ETHERTYPE_IPV4;
        }
        int length = lengths[slot];
        int icmp = length > LINK_HEADER + 40 ? octet(at + LINK_HEADER + 40) : 0;
        return length > LINK_HEADER + 40 && octet(at + LINK_HEADER + 6) == ICMPV6 && icmp >= 133 && icmp <= 137;
    }

    private int octet(long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }
}
