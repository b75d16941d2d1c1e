package io.sluice.shadowsocks.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Wycheproof's vectors, and the draft's for the subkey of XChaCha20. */
class AeadTest {

    @Test
    void wycheproof() {
        List<String[]> vectors = Vectors.read("wycheproof.txt");
        assertThat(vectors).hasSizeGreaterThan(100);
        for (String[] v : vectors) {
            AeadAlgorithm algorithm = AeadAlgorithm.valueOf(v[0]);
            byte[] key = Vectors.octets(v[1]);
            byte[] nonce = Vectors.octets(v[2]);
            byte[] plain = Vectors.octets(v[3]);
            byte[] sealed = Vectors.octets(v[4].replace("-", "") + v[5]);
            boolean valid = v[6].equals("valid");
            byte[] out = new byte[plain.length + 3];
            boolean opened = new Aead(algorithm, key).open(nonce, sealed, 0, sealed.length, out, 3);
            assertThat(opened).as("%s %s", v[0], v[1]).isEqualTo(valid);
            if (valid) {
                assertThat(Arrays.copyOfRange(out, 3, out.length)).isEqualTo(plain);
                byte[] array = Arrays.copyOf(plain, sealed.length);
                new Aead(algorithm, key).seal(nonce, array, 0, plain.length);
                assertThat(array).isEqualTo(sealed);
            }
        }
    }

    /** draft-irtf-cfrg-xchacha-03 §2.2.1. */
    @Test
    void hChaCha20() {
        byte[] key = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        byte[] nonce = HexFormat.of().parseHex("000000090000004a0000000031415927");
        assertThat(HexFormat.of().formatHex(HChaCha20.subkey(key, nonce)))
                .isEqualTo("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc");
    }

    @Test
    void nonce_countsLittleEndianWithCarry() {
        SessionCipher sender = new SessionCipher(AeadAlgorithm.AES_GCM, new byte[16]);
        byte[] nonce = new byte[12];
        Aead reference = new Aead(AeadAlgorithm.AES_GCM, new byte[16]);
        for (int i = 0; i < 70_000; i++) {
            ByteBuf out = Unpooled.buffer(20).writeInt(i);
            sender.seal(out, 4);
            nonce[0] = (byte) i;
            nonce[1] = (byte) (i >> 8);
            nonce[2] = (byte) (i >> 16);
            byte[] plain = new byte[4];
            if (i % 251 == 0 || i > 65_530 && i < 65_540) {
                assertThat(reference.open(nonce, out.array(), 0, 20, plain, 0))
                        .as("operation %d", i)
                        .isTrue();
            }
        }
    }
}
