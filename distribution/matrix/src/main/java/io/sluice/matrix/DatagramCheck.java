package io.sluice.matrix;

import io.sluice.matrix.Access.Datagrams;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Datagrams of every size there and back. */
final class DatagramCheck {

    /** From a client to the protocol's limit; the largest that gets through ends the search. */
    private static final List<Integer> LARGE =
            List.of(Access.LARGEST, 65_400, 65_000, 48_000, 32_000, 16_300, 16_000, 9_000, 8_100, 8_000, 4_000, 2_000);

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

    /** @param empty whether the protocol has empty datagrams */
    static Sizes run(Access access, boolean empty) throws IOException {
        List<Integer> lost = new ArrayList<>();
        int largest = 0;
        try (Datagrams datagrams = access.datagrams()) {
            for (int size : USUAL) {
                if (size == 0 && !empty) {
                    continue;
                }
                if (comesBack(datagrams, size, TRIES, ANSWER_MILLIS)) {
                    largest = size;
                } else {
                    lost.add(size);
                }
            }
            for (int size : lost.isEmpty() || lost.equals(List.of(0)) ? LARGE : List.<Integer>of()) {
                if (comesBack(datagrams, size, LARGE_TRIES, LARGE_ANSWER_MILLIS)) {
                    return new Sizes(empty ? 0 : 1, lost, size);
                }
            }
        }
        return new Sizes(empty ? 0 : 1, lost, largest);
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
