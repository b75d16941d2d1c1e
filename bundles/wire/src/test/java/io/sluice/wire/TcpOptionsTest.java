package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpOptionsTest {

    private final TcpOptions options = new TcpOptions();

    @Test
    void parse_recordedSyn_readsEveryOption() {
        assertThat(options.parse(CapturedPackets.of("tcp4-syn"), 20)).isEqualTo(Verdict.OK);
        assertThat(options.mss()).isEqualTo(1460);
        assertThat(options.windowScale()).isEqualTo(10);
        assertThat(options.sackPermitted()).isTrue();
        assertThat(options.hasTimestamps()).isTrue();
        assertThat(Integer.toUnsignedLong(options.timestampValue())).isEqualTo(3_381_249_637L);
        assertThat(options.timestampEcho()).isZero();
        assertThat(options.sackCount()).isZero();
    }

    @Test
    void parse_recordedData_readsTimestampsOnly() {
        options.parse(CapturedPackets.of("tcp4-syn"), 20);
        assertThat(options.parse(CapturedPackets.of("tcp4-data"), 20)).isEqualTo(Verdict.OK);
        assertThat(options.mss()).isEqualTo(TcpOptions.ABSENT);
        assertThat(options.windowScale()).isEqualTo(TcpOptions.ABSENT);
        assertThat(options.sackPermitted()).isFalse();
        assertThat(Integer.toUnsignedLong(options.timestampValue())).isEqualTo(3_381_249_637L);
        assertThat(Integer.toUnsignedLong(options.timestampEcho())).isEqualTo(3_143_755_561L);
    }

    @ParameterizedTest
    @CsvSource({
        // what, flags, options, verdict, mss, shift, SACK permitted, SACK blocks
        "nothing,                    0x02, '',                         OK,          -1, -1, false, 0",
        "mss without SYN,            0x10, 020405b4,                   OK,          -1, -1, false, 0",
        "scale without SYN,          0x10, 03030701,                   OK,          -1, -1, false, 0",
        "SACK permitted without SYN, 0x10, 04020101,                   OK,          -1, -1, false, 0",
        "mss of 3,                   0x02, 02030500,                   OK,          -1, -1, false, 0",
        "scale of 15,                0x02, 03030f01,                   OK,          -1, 14, false, 0",
        "no operations,              0x02, 01010101020405b4,           OK,        1460, -1, false, 0",
        "end before mss,             0x02, 00000000020405b4,           OK,          -1, -1, false, 0",
        "mss twice,                  0x02, 020405b402040218,           OK,         536, -1, false, 0",
        "unknown of 6,               0x02, fd06aaaaaaaa0402,           OK,          -1, -1, true,  0",
        "length 0,                   0x02, 020405b4fd00aaaa,           BAD_OPTION, 1460, -1, false, 0",
        "length 1,                   0x02, 020405b4fd01aaaa,           BAD_OPTION, 1460, -1, false, 0",
        "overrun,                    0x02, 020405b4fd05aaaa,           BAD_OPTION, 1460, -1, false, 0",
        "kind at the very end,       0x02, 020405b4010101fd,           BAD_OPTION, 1460, -1, false, 0",
        "one SACK block,             0x10, 0101050a0000000100000002,   OK,          -1, -1, false, 1",
        "half a SACK block,          0x10, 01010506000000010101,       OK,          -1, -1, false, 0",
        "timestamps of 9,            0x10, 010108090000000100000001,   OK,          -1, -1, false, 0",
    })
    void parse_options_judgesAndKeeps(
            String what, String flags, String hex, Verdict verdict, int mss, int shift, boolean sack, int blocks) {
        assertThat(options.parse(segment(Integer.decode(flags), hex), 0))
                .as(what)
                .isEqualTo(verdict);
        assertThat(options.mss()).as(what).isEqualTo(mss);
        assertThat(options.windowScale()).as(what).isEqualTo(shift);
        assertThat(options.sackPermitted()).as(what).isEqualTo(sack);
        assertThat(options.sackCount()).as(what).isEqualTo(blocks);
        assertThat(options.hasTimestamps()).as(what).isFalse();
    }

    @Test
    void write_sackPermittedAndTimestamps_takesNoMoreThanTimestamps() {
        ByteBuffer buf = ByteBuffer.allocate(40);
        TcpHeader.write(buf, 0, 1, 2, 0, 0, 32, TcpHeader.SYN, 0);
        assertThat(TcpOptionWriter.sackPermittedAndTimestamps(buf, 20, 9, 7)).isEqualTo(32);
        assertThat(options.parse(buf, 0)).isEqualTo(Verdict.OK);
        assertThat(options.sackPermitted()).isTrue();
        assertThat(options.timestampValue()).isEqualTo(9);
        assertThat(options.timestampEcho()).isEqualTo(7);
    }

    @Test
    void parse_shiftAboveFourteen_isMarkedForTheLog() {
        options.parse(segment(TcpHeader.SYN, "03030f01"), 0);
        assertThat(options.windowScaleExcessive()).isTrue();
        options.parse(segment(TcpHeader.SYN, "03030e01"), 0);
        assertThat(options.windowScaleExcessive()).isFalse();
    }

    @Test
    void parse_fourSackBlocks_readsTheirEdges() {
        ByteBuffer buf = ByteBuffer.allocate(60);
        TcpHeader.write(buf, 0, 1, 2, 0, 0, 56, TcpHeader.ACK, 0);
        int index = TcpOptionWriter.sackHeader(buf, TcpHeader.OPTIONS, 4);
        for (int block = 0; block < 4; block++) {
            index = TcpOptionWriter.sackBlock(buf, index, -10 * block, 10 * block);
        }
        assertThat(index).isEqualTo(56);
        assertThat(options.parse(buf, 0)).isEqualTo(Verdict.OK);
        assertThat(options.sackCount()).isEqualTo(4);
        for (int block = 0; block < 4; block++) {
            assertThat(options.sackLeft(block)).isEqualTo(-10 * block);
            assertThat(options.sackRight(block)).isEqualTo(10 * block);
        }
    }

    @Test
    void parse_randomOptions_neverThrows() {
        SplittableRandom random = new SplittableRandom(7323);
        byte[] octets = new byte[40];
        int malformed = 0;
        for (int round = 0; round < 10_000; round++) {
            random.nextBytes(octets);
            for (int i = 0; i < octets.length; i += 3) {
                octets[i] = (byte) random.nextInt(12); // kinds and lengths that mean something
            }
            ByteBuffer buf = segment(TcpHeader.SYN, HexFormat.of().formatHex(octets));
            malformed += options.parse(buf, 0) == Verdict.OK ? 0 : 1;
            assertThat(options.sackCount()).isBetween(0, TcpOptions.MAX_SACK_BLOCKS);
            assertThat(options.windowScale()).isBetween(-1, TcpOptions.MAX_WINDOW_SCALE);
        }
        assertThat(malformed).isBetween(1, 9_999);
    }

    private static ByteBuffer segment(int flags, String hex) {
        byte[] octets = HexFormat.of().parseHex(hex);
        int length = octets.length + 3 & ~3;
        ByteBuffer buf = ByteBuffer.allocate(20 + length).put(20, octets);
        TcpHeader.write(buf, 0, 1, 2, 0, 0, 20 + length, flags, 0);
        assertThat(TcpHeader.check(buf, 0, buf.limit(), 0, Checksums.OFFLOADED)).isEqualTo(Verdict.OK);
        return buf;
    }
}
