package io.sluice.matrix;

import io.sluice.matrix.Access.Datagrams;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Datagrams of every size there and back. */
final class DatagramCheck {

    /** Up to what SOCKS5 has room for; around the limits of others, 8 KiB less their headers and tags. */
    private static final List<Integer> LARGE = List.of(
            1_900,
            2_000,
            4_000,
            7_900,
            8_000,
            8_100,
            8_192,
            9_000,
            16_000,
            16_300,
            32_000,
            48_000,
            65_000,
            65_400,
            Access.LARGEST);

    private static final List<Integer> USUAL = List.of(0, 1, 1_200, 1_472);

    /** A datagram may be lost, the first more than others. */
    private static final int TRIES = 3;

    private static final int ANSWER_MILLIS = 2_000;

    /** Large ones that are refused are refused always. */
    private static final int LARGE_TRIES = 2;

    private static final int LARGE_ANSWER_MILLIS = 500;

    private DatagramCheck() {}

    /**
     * What got through.
     *
     * @param lost sizes that must get through and did not
     * @param largest that came back
     */
    record Sizes(int least, List<Integer> lost, int largest) {

        String text() {
            return least + " … " + largest + (lost.isEmpty() ? "" : ", not " + lost);
        }
    }

    /**
     * @param empty whether the protocol has empty datagrams
     * @param limit the largest size that is tried
     */
    static Sizes run(Access access, boolean empty, int limit) throws IOException {
        List<Integer> lost = new ArrayList<>();
        int largest = 0;
        try (Datagrams datagrams = access.datagrams()) {
            for (int size : USUAL) {
                if (size == 0 && !empty) {
                    continue;
                }
                // Who lets none through must not cost more than who loses one.
                boolean gone = lost.size() > 1 || lost.contains(1);
                if (comesBack(datagrams, size, gone ? 1 : TRIES, gone ? LARGE_ANSWER_MILLIS : ANSWER_MILLIS)) {
                    largest = size;
                } else {
                    lost.add(size);
                }
            }
            if (lost.isEmpty() || lost.equals(List.of(0))) {
                largest = Math.max(largest, largest(datagrams, limit));
            }
        }
        return new Sizes(empty ? 0 : 1, lost, largest);
    }

    /** Whoever refuses a size refuses all above it, so half of what is left is tried each time. */
    private static int largest(Datagrams datagrams, int limit) throws IOException {
        List<Integer> sizes = LARGE.stream().filter(size -> size <= limit).toList();
        int good = -1;
        int bad = sizes.size();
        // Most have no limit of their own.
        for (int next = bad - 1; bad - good > 1; next = (good + bad) / 2) {
            if (comesBack(datagrams, sizes.get(next), LARGE_TRIES, LARGE_ANSWER_MILLIS)) {
                good = next;
            } else {
                bad = next;
            }
        }
        return good < 0 ? 0 : sizes.get(good);
    }

    private static boolean comesBack(Datagrams datagrams, int size, int tries, int millis) throws IOException {
        byte[] sent = new byte[size];
        new Pattern(size).fill(sent, size);
        for (int i = 0; i < tries; i++) {
            datagrams.send(sent);
            long end = System.nanoTime() + millis * 1_000_000L;
            try {
                for (int left = millis; left > 0; left = (int) ((end - System.nanoTime()) / 1_000_000)) {
                    // An answer to an earlier try of another size may come late.
                    if (Arrays.equals(datagrams.receive(left), sent)) {
                        return true;
                    }
                }
            } catch (SocketTimeoutException e) {
                // Lost: once more.
            }
        }
        return false;
    }
}
