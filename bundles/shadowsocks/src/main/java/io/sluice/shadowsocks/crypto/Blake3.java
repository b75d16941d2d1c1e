package io.sluice.shadowsocks.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * BLAKE3 (specification of 2020-01-09) for inputs of one chunk, at most 1,024 octets, and outputs of at most 32: Shadowsocks hashes a key, and
 * derives from a key and a salt. So there is no tree and no extended output.
 *
 * <p>Time does not depend on the input's content: additions, rotations and exclusive ors only.
 */
final class Blake3 {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    static final int MAX_INPUT = 1_024;
    static final int MAX_OUTPUT = 32;

    private static final int BLOCK = 64;

    // §2.1, table 3
    private static final int CHUNK_START = 1;
    private static final int CHUNK_END = 1 << 1;
    private static final int ROOT = 1 << 3;
    private static final int DERIVE_KEY_CONTEXT = 1 << 5;
    private static final int DERIVE_KEY_MATERIAL = 1 << 6;

    /** §2.1, table 1: SHA-256's. */
    private static final int[] IV = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };

    /** §2.2, table 2: how the message words are permuted after each round. */
    private static final int[] PERMUTATION = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};

    private static final int ROUNDS = 7;

    private Blake3() {}

    /** The default mode: 32 octets. */
    static byte[] hash(byte[] input) {
        return octets(chunk(IV, 0, input), MAX_OUTPUT);
    }

    /** §2.3, the mode derive_key. */
    static byte[] deriveKey(String context, byte[] material, int length) {
        int[] contextKey = chunk(IV, DERIVE_KEY_CONTEXT, context.getBytes(StandardCharsets.UTF_8));
        return octets(chunk(contextKey, DERIVE_KEY_MATERIAL, material), length);
    }

    /** §2.4 and §2.5 where the only chunk is the root: the first 8 words of output. */
    private static int[] chunk(int[] key, int mode, byte[] input) {
        if (input.length > MAX_INPUT) {
            throw new IllegalArgumentException(input.length + " octets are more than one chunk");
        }
        int[] chaining = key;
        int blocks = Math.max(1, (input.length + BLOCK - 1) / BLOCK);
        for (int block = 0; block < blocks; block++) {
            int length = Math.min(BLOCK, input.length - block * BLOCK);
            int flags = mode | (block == 0 ? CHUNK_START : 0) | (block == blocks - 1 ? CHUNK_END | ROOT : 0);
            chaining = compress(chaining, words(input, block * BLOCK, length), length, flags);
        }
        return chaining;
    }

    private static int[] words(byte[] input, int offset, int length) {
        byte[] block = new byte[BLOCK];
        System.arraycopy(input, offset, block, 0, length);
        int[] words = new int[16];
        for (int i = 0; i < words.length; i++) {
            words[i] = (int) INT.get(block, 4 * i);
        }
        return words;
    }

    /** §2.2; the chunk's counter is 0. */
    private static int[] compress(int[] chaining, int[] message, int length, int flags) {
        int[] v = Arrays.copyOf(chaining, 16);
        System.arraycopy(IV, 0, v, 8, 4);
        v[14] = length;
        v[15] = flags;
        int[] m = message;
        for (int round = 0; round < ROUNDS; round++) {
            mix(v, 0, 4, 8, 12, m[0], m[1]);
            mix(v, 1, 5, 9, 13, m[2], m[3]);
            mix(v, 2, 6, 10, 14, m[4], m[5]);
            mix(v, 3, 7, 11, 15, m[6], m[7]);
            mix(v, 0, 5, 10, 15, m[8], m[9]);
            mix(v, 1, 6, 11, 12, m[10], m[11]);
            mix(v, 2, 7, 8, 13, m[12], m[13]);
            mix(v, 3, 4, 9, 14, m[14], m[15]);
            m = permuted(m);
        }
        int[] result = new int[8];
        for (int i = 0; i < result.length; i++) {
            result[i] = v[i] ^ v[i + 8];
        }
        return result;
    }

    private static void mix(int[] v, int a, int b, int c, int d, int x, int y) {
        v[a] += v[b] + x;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 12);
        v[a] += v[b] + y;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 8);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 7);
    }

    private static int[] permuted(int[] message) {
        int[] next = new int[16];
        for (int i = 0; i < next.length; i++) {
            next[i] = message[PERMUTATION[i]];
        }
        return next;
    }

    private static byte[] octets(int[] words, int length) {
        byte[] all = new byte[MAX_OUTPUT];
        for (int i = 0; i < words.length; i++) {
            INT.set(all, 4 * i, words[i]);
        }
        return length == MAX_OUTPUT ? all : Arrays.copyOf(all, length);
    }
}
