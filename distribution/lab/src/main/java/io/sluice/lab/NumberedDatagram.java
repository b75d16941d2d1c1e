package io.sluice.lab;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A canary's payload that tells whose it is, has a number, and a sum of itself: one that reaches another, or is not as it was sent, is known. The far host sends it
 * back as it came.
 */
final class NumberedDatagram {

    /** The mark; sender and number; octets of that seed; the sum. */
    static final int LENGTH = Packets.MARK_LENGTH + Long.BYTES + 32 + Integer.BYTES;

    private static final int SUMMED = LENGTH - Integer.BYTES;

    private NumberedDatagram() {}

    /** @param number below 2^56 */
    static byte[] octets(Line line, long number) {
        long seed = ((long) line.ordinal() << Long.SIZE - Byte.SIZE) + number;
        byte[] filling = new byte[SUMMED - Packets.MARK_LENGTH - Long.BYTES];
        SeededOctets.fill(seed, 0, filling, filling.length);
        ByteBuffer payload =
                ByteBuffer.allocate(LENGTH).put(Packets.mark()).putLong(seed).put(filling);
        return payload.putInt(sum(payload.array())).array();
    }

    private static int sum(byte[] payload) {
        CRC32 sum = new CRC32();
        sum.update(payload, 0, SUMMED);
        return (int) sum.getValue();
    }

    /** Whether it begins as one: with the mark of those that are sent without end. */
    static boolean isMeant(byte[] payload, int length) {
        byte[] mark = Packets.mark();
        return length >= mark.length && Arrays.equals(mark, 0, mark.length, payload, 0, mark.length);
    }

    /** Whose it is; nobody's if it is not whole, or not as it was sent. */
    static Optional<Line> line(byte[] payload, int length) {
        if (length != LENGTH
                || !isMeant(payload, length)
                || ByteBuffer.wrap(payload).getInt(SUMMED) != sum(payload)) {
            return Optional.empty();
        }
        int ordinal = payload[Packets.MARK_LENGTH];
        return ordinal >= 0 && ordinal < Line.values().length ? Optional.of(Line.values()[ordinal]) : Optional.empty();
    }
}
