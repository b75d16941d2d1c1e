package io.sluice.tun.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VnetHeaderTest {

    private final PacketOffload offload = new PacketOffload();

    /** Header with these fields before a packet of 100 octets. */
    private static ByteBuf packet(int version, int flags, int type, int size, int start, int checksum) {
        ByteBuf buffer = Unpooled.buffer();
        buffer.writeByte(flags)
                .writeByte(type)
                .writeShortLE(54)
                .writeShortLE(size)
                .writeShortLE(start)
                .writeShortLE(checksum);
        return buffer.writeByte(version << 4).writeZero(99);
    }

    @ParameterizedTest
    @CsvSource({
        // version, flags, gso_type, gso_size, csum_start, csum_offset → segmentation, size, partial
        "4, 0, 0, 0, 0, 0, NONE, 0, false",
        "6, 1, 0, 0, 40, 16, NONE, 0, true",
        "4, 2, 0, 0, 0, 0, NONE, 0, false",
        "4, 1, 1, 1448, 20, 16, TCP, 1448, true",
        "6, 1, 4, 1428, 40, 16, TCP, 1428, true",
        "4, 1, 129, 1448, 20, 16, TCP, 1448, true",
        "4, 1, 5, 1200, 20, 6, UDP, 1200, true",
        "6, 1, 5, 1200, 40, 6, UDP, 1200, true",
    })
    void read_kernelsHeader_isTheOffload(
            int version,
            int flags,
            int type,
            int size,
            int start,
            int checksum,
            Segmentation kind,
            int segment,
            boolean partial) {
        assertThat(VnetHeader.read(packet(version, flags, type, size, start, checksum), 0, 10, 100, offload))
                .isTrue();
        assertThat(offload.segmentation).isEqualTo(kind);
        assertThat(offload.segmentSize).isEqualTo(segment);
        assertThat(offload.partialChecksum).isEqualTo(partial);
        assertThat(offload.transportOffset).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "4, 0, 1, 1448, 0, 0, segmentation without checksum offload",
        "4, 1, 1, 0, 20, 16, segments of no octets",
        "6, 1, 1, 1448, 40, 16, TCPV4 before an IPv6 packet",
        "4, 1, 4, 1448, 20, 16, TCPV6 before an IPv4 packet",
        "4, 1, 3, 1448, 20, 6, UFO was never asked for",
        "4, 1, 77, 1448, 20, 6, unknown type",
        "4, 1, 0, 0, 90, 16, checksum behind the end",
        "4, 1, 0, 0, 65535, 65535, checksum far behind the end",
    })
    void read_senselessHeader_refused(int version, int flags, int type, int size, int start, int checksum, String why) {
        assertThat(VnetHeader.read(packet(version, flags, type, size, start, checksum), 0, 10, 100, offload))
                .as(why)
                .isFalse();
    }

    @Test
    void write_congestionWindowReduced_hasTheEcnFlag() {
        ByteBuf headers = Unpooled.buffer().writeZero(60);
        headers.setByte(0, 0x60).setByte(40 + 12, 0x50).setByte(40 + 13, 0x80);
        ByteBuf header = Unpooled.buffer(10).writerIndex(10);
        assertThat(VnetHeader.write(header, headers, offload.set(Segmentation.TCP, 1428, true, 40)))
                .isTrue();
        assertThat(header.getUnsignedByte(1)).isEqualTo((short) (4 | 0x80));
        assertThat(header.getUnsignedShortLE(2)).isEqualTo(60);
    }

    @ParameterizedTest
    @CsvSource({"4, 9, 17, 20, 6", "6, 6, 17, 40, 6", "6, 6, 58, 40, 2", "4, 9, 6, 20, 16"})
    void write_partialChecksum_findsItsField(int version, int at, int protocol, int transport, int field) {
        ByteBuf headers = Unpooled.buffer().writeZero(60);
        headers.setByte(0, version << 4).setByte(at, protocol);
        ByteBuf header = Unpooled.buffer(10).writerIndex(10);
        assertThat(VnetHeader.write(header, headers, offload.set(Segmentation.NONE, 0, true, transport)))
                .isTrue();
        assertThat(header.getUnsignedShortLE(6)).isEqualTo(transport);
        assertThat(header.getUnsignedShortLE(8)).isEqualTo(field);
    }

    @Test
    void write_unknownTransportOrShortHeaders_refused() {
        ByteBuf header = Unpooled.buffer(10).writerIndex(10);
        ByteBuf icmp = Unpooled.buffer().writeZero(60).setByte(0, 0x45).setByte(9, 1);
        assertThat(VnetHeader.write(header, icmp, offload.set(Segmentation.NONE, 0, true, 20)))
                .isFalse();
        ByteBuf cut = Unpooled.buffer().writeZero(30).setByte(0, 0x45).setByte(9, 6);
        assertThat(VnetHeader.write(header, cut, offload.set(Segmentation.TCP, 1448, true, 20)))
                .isFalse();
        assertThat(VnetHeader.write(header, cut, offload.set(Segmentation.TCP, 1448, false, 20)))
                .isFalse();
    }
}
