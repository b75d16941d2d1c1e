package io.sluice.proxycodec.vless;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.FramedDatagram;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.Octets;
import io.sluice.proxycodec.Truncation;
import io.sluice.proxycodec.v2ray.UserId;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VlessCodecTest {

    private static final UserId USER = UserId.of("2418d087-648d-4990-86e8-19dca1d006d3");
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.7", 80);

    static Stream<Arguments> requests() {
        Addons vision = new Addons("xtls-rprx-vision");
        return Stream.of(
                Arguments.of(VlessRequest.tcp(ADDRESS), "00 01 0050 01 c0000207"),
                Arguments.of(
                        VlessRequest.udp(InetSocketAddress.createUnresolved("example.org", 53)),
                        "00 02 0035 02 0b 'example.org'"),
                Arguments.of(
                        VlessRequest.tcp(new InetSocketAddress("2001:db8::1", 443)),
                        "00 01 01bb 03 20010db8000000000000000000000001"),
                Arguments.of(VlessRequest.mux(), "00 03"),
                Arguments.of(
                        new VlessRequest(vision, VlessCommand.TCP, Optional.of(ADDRESS)),
                        "12 0a10 'xtls-rprx-vision' 01 0050 01 c0000207"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void request_isWrittenAndReadAsXrayDoes(VlessRequest request, String octets) throws Exception {
        ByteBuf out = Unpooled.buffer();
        request.write(USER, out);

        assertThat(out.readableBytes()).isEqualTo(request.length());
        assertThat(ByteBufUtil.hexDump(out.readSlice(17))).isEqualTo("002418d087648d499086e819dca1d006d3");
        byte[] rest = ByteBufUtil.getBytes(out);
        assertThat(ByteBufUtil.hexDump(rest)).isEqualTo(ByteBufUtil.hexDump(Octets.of(octets)));
        assertThat(Truncation.everywhere(rest, VlessRequest::read)).isEqualTo(request);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00 04", "00 00", "00 01 0050 04 c0000207", "00 01 0050 02 00", "03 0a05 61 01"})
    void malformedRequest_isRefused(String octets) {
        assertThatThrownBy(() -> VlessRequest.read(Octets.of(octets))).isInstanceOf(MalformedMessageException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"05 1202 aabb 18", "02 18 80", "04 25 000000", "01 0b", "0c 18 ffffffffffffffffffffff"})
    void brokenAddons_areRefused(String octets) {
        assertThatThrownBy(() -> Addons.read(Octets.of(octets))).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void unknownFieldsOfAddons_areSkipped() throws Exception {
        Addons read = Addons.read(Octets.of("18 1202 aabb 18 8001 25 00000000 29 0000000000000000 0a01 'x'"));

        assertThat(read).isEqualTo(new Addons("x"));
    }

    @Test
    void response_isTakenWholeOnly() throws Exception {
        ByteBuf out = Unpooled.buffer();
        VlessResponse.write(out);
        byte[] octets = ByteBufUtil.getBytes(out);

        assertThat(octets).hasSize(VlessResponse.LENGTH).containsOnly(0);
        assertThat(Truncation.everywhere(octets, VlessResponse::read)).isEqualTo(Addons.NONE);
        assertThatThrownBy(() -> VlessResponse.read(Octets.of("48 54 54 50")))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("version 72");
    }

    @Test
    void lengthFraming_isTakenWholeOnly_andEmptyOnesAreNone() throws Exception {
        LengthFraming framing = new LengthFraming(ADDRESS);

        FramedDatagram read =
                (FramedDatagram) Truncation.everywhere(ByteBufUtil.getBytes(Octets.of("0003 010203")), framing::read);
        assertThat(read.peer()).isEqualTo(ADDRESS);
        assertThat(ByteBufUtil.hexDump(read.payload())).isEqualTo("010203");
        read.payload().release();

        FramedDatagram second = framing.read(Octets.of("0000 0000 0001 ff"));
        assertThat(ByteBufUtil.hexDump(second.payload())).isEqualTo("ff");
        second.payload().release();
        assertThat(framing.isCarriable(0, ADDRESS)).isFalse();
        assertThat(framing.isCarriable(8_192, ADDRESS)).isTrue();
        assertThat(framing.isCarriable(8_193, ADDRESS)).isFalse();
        assertThat(framing.isCarriable(1, new InetSocketAddress("192.0.2.8", 80)))
                .isFalse();
    }
}
