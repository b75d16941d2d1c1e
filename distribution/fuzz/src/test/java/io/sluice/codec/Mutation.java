package io.sluice.codec;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes an input out of kept ones: one of them, changed in one to eight places, sometimes joined with another, rarely made very long; now and then nothing but dice. */
final class Mutation {

    /** Of a length or count: the ends of one and two octets, and of their signs. */
    private static final int[] EDGES = {
        0, 1, 2, 0x7f, 0x80, 0xfe, 0xff, 0x100, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xfffe, 0xffff
    };

    private static final int USUAL = 2_048;

    /** Beyond two octets of length. */
    private static final int LONG = 70_000;

    private static final int LONG_ONE_IN = 5_000;

    private final List<byte[]> seeds;
    private final SplittableRandom random;

    Mutation(List<byte[]> seeds, long seed) {
        this.seeds = seeds;
        this.random = new SplittableRandom(seed);
    }

    byte[] next() {
        if (random.nextInt(16) == 0) {
            byte[] dice = new byte[random.nextInt(96)];
            random.nextBytes(dice);
            return dice;
        }
        byte[] input = seed().clone();
        for (int i = random.nextInt(8); i >= 0; i--) {
            input = changed(input);
        }
        if (random.nextInt(LONG_ONE_IN) == 0) {
            int before = input.length;
            input = Arrays.copyOf(input, LONG + random.nextInt(LONG));
            for (int i = before; before > 0 && i < input.length; i++) {
                input[i] = input[i - before];
            }
        }
        return input;
    }

    private byte[] seed() {
        return seeds.get(random.nextInt(seeds.size()));
    }

    private byte[] changed(byte[] input) {
        int at = random.nextInt(input.length + 1);
        return switch (random.nextInt(9)) {
            case 0, 1 -> {
                if (at < input.length) {
                    input[at] ^= (byte) (1 << random.nextInt(8));
                }
                yield input;
            }
            case 2 -> {
                if (at < input.length) {
                    input[at] = (byte) EDGES[random.nextInt(7)];
                }
                yield input;
            }
            case 3 -> {
                if (at + 1 < input.length) {
                    int edge = EDGES[random.nextInt(EDGES.length)];
                    input[at] = (byte) (edge >> 8);
                    input[at + 1] = (byte) edge;
                }
                yield input;
            }
            case 4 -> {
                if (at < input.length) {
                    input[at] = (byte) random.nextInt();
                }
                yield input;
            }
            case 5 -> Arrays.copyOf(input, at);
            case 6 -> without(input, at, 1 + random.nextInt(8));
            case 7 -> joined(input, at, seed());
            default ->
                joined(input, at, Arrays.copyOfRange(input, at, Math.min(input.length, at + 1 + random.nextInt(32))));
        };
    }

    private static byte[] without(byte[] input, int at, int most) {
        int count = Math.min(most, input.length - at);
        byte[] shorter = Arrays.copyOf(input, input.length - count);
        System.arraycopy(input, at + count, shorter, at, input.length - at - count);
        return shorter;
    }

    /** The first {@code at} octets, the inserted ones, and the rest, as far as there is room. */
    private static byte[] joined(byte[] input, int at, byte[] inserted) {
        byte[] both = Arrays.copyOf(input, Math.min(USUAL, input.length + inserted.length));
        int room = Math.max(0, Math.min(inserted.length, both.length - at));
        System.arraycopy(inserted, 0, both, Math.min(at, both.length), room);
        int rest = Math.min(input.length - at, both.length - at - room);
        if (rest > 0) {
            System.arraycopy(input, at, both, at + room, rest);
        }
        return both;
    }
}
