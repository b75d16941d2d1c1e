package io.sluice.shadowsocks.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The official vectors. */
class Blake3Test {

    private static final String CONTEXT = "BLAKE3 2019-12-27 16:29:52 test vectors context";

    /** The vectors' inputs: octets 0, 1, …, 250, 0, 1, … */
    private static byte[] input(int length) {
        byte[] input = new byte[length];
        for (int i = 0; i < length; i++) {
            input[i] = (byte) (i % 251);
        }
        return input;
    }

    @Test
    void officialVectors() {
        List<String[]> vectors = Vectors.read("blake3-vectors.txt");
        assertThat(vectors).hasSize(17);
        for (String[] vector : vectors) {
            byte[] input = input(Integer.parseInt(vector[0]));
            assertThat(HexFormat.of().formatHex(Blake3.hash(input)))
                    .as("hash of %s octets", vector[0])
                    .isEqualTo(vector[1]);
            assertThat(HexFormat.of().formatHex(Blake3.deriveKey(CONTEXT, input, 32)))
                    .as("key from %s octets", vector[0])
                    .isEqualTo(vector[2]);
            assertThat(HexFormat.of().formatHex(Blake3.deriveKey(CONTEXT, input, 16)))
                    .isEqualTo(vector[2].substring(0, 32));
        }
    }

    @Test
    void moreThanOneChunk_isRefused() {
        assertThatThrownBy(() -> Blake3.hash(input(1_025))).isInstanceOf(IllegalArgumentException.class);
    }
}
