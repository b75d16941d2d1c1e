package io.sluice.proxycodec.vmess;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Values of v2ray's own test (key derivation), and of an independent calculation with Python's hashlib and cryptography (the rest). */
class VmessVectorsTest {

    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] KEY = HEX.parseHex("000102030405060708090a0b0c0d0e0f");
    private static final byte[] IV = HEX.parseHex("101112131415161718191a1b1c1d1e1f");

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void keyDerivation_isThatOfV2ray() {
        assertThat(HEX.formatHex(new Kdf()
                        .derive(
                                ascii("Demo Key for KDF Value Test"),
                                ascii("Demo Path for KDF Value Test"),
                                ascii("Demo Path for KDF Value Test2"),
                                ascii("Demo Path for KDF Value Test3"))))
                .isEqualTo("53e9d7e1bd7bd25022b71ead07d8a596efc8a845c7888652fd684b4903dc8892");
    }

    @Test
    void commandKey_isTheMd5OfIdAndSalt() {
        assertThat(HEX.formatHex(Fixtures.ID.commandKey())).isEqualTo("b50d916ac0cec067981af8e5f38a758f");
    }

    @Test
    void sealedHeader_isThatOfXray() {
        ByteBuf out = Unpooled.buffer();
        SealedHeader.write(Fixtures.ID, ascii("Test Header"), 1_700_000_000L, new Counting(), out);
        String expected = "4774fe5cc901ea4f81f2159909767a36ca0b01fd8b485e0aa33ceea3414d815e1234" + "0001020304050607"
                + "db4011bb28042558589812274ac80bd191199c5c80cee2d8984062";
        assertThat(HEX.formatHex(Fixtures.octets(out.copy()))).isEqualTo(expected);
        assertThat(SealedHeader.readLength(Fixtures.ID, out)).isEqualTo(11);
        assertThat(SealedHeader.readHeader(Fixtures.ID, out, 11)).isEqualTo(ascii("Test Header"));
        out.release();
    }

    @Test
    void responseHeader_isThatOfXray() {
        ByteBuf out = Unpooled.buffer();
        ResponseHeader.write(new Session(KEY, IV, 0x5a), out);
        assertThat(HEX.formatHex(Fixtures.octets(out)))
                .isEqualTo("936c422a7a3f0c4835561f50648898c4d6e3aa10e4a6d61ee62468a5c19955699b0d8ce36dd4");
    }

    @Test
    void chunks_maskedAesGcm() {
        assertThat(chunks(Security.AES_128_GCM, Option.CHUNKS | Option.MASKING))
                .isEqualTo("fc84a316c4d586054e854b4a74fc9040de5bd5eb74d1778e" + "5335c1d866430ee2a52d77f94eb568da9f");
    }

    @Test
    void chunks_maskedChaCha20() {
        assertThat(chunks(Security.CHACHA20_POLY1305, Option.CHUNKS | Option.MASKING))
                .isEqualTo("fc84d7f66656047edbebabfc02352cca6f96fcc82771bc8e" + "53864bcceef142cb6018451fb914f07b7a");
    }

    @Test
    void chunks_sealedLength() {
        assertThat(chunks(Security.AES_128_GCM, Option.CHUNKS | Option.SEALED_LENGTH))
                .isEqualTo("189c9b680ec1ad2f2fc509e213d6ac60ee31a316c4d586054e854b4a74fc9040de5bd5eb74d177"
                        + "1a86a74bfef987c0c51a9fc11109fc65751335c1d866430ee2a52d77f94eb568da9f");
    }

    /** "hello" and the end. */
    private static String chunks(Security security, int options) {
        RequestHeader header =
                new RequestHeader(new Session(KEY, IV, 0), Command.TCP, security, options, Fixtures.NAMED);
        ChunkSealer sealer = new ChunkSealer(ChunkKeys.request(header), Fixtures.RANDOM);
        ByteBuf out = Unpooled.buffer();
        sealer.seal(Unpooled.wrappedBuffer(ascii("hello")), out);
        sealer.seal(Unpooled.EMPTY_BUFFER, out);
        return HEX.formatHex(Fixtures.octets(out));
    }

    /** First the integer 0x01020304, then octets 0, 1, 2, …. */
    private static final class Counting implements RandomGenerator {

        @Override
        public int nextInt() {
            return 0x01020304;
        }

        @Override
        public long nextLong() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void nextBytes(byte[] octets) {
            for (int i = 0; i < octets.length; i++) {
                octets[i] = (byte) i;
            }
        }
    }
}
