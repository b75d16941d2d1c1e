package io.sluice.proxycodec.mux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.FramedDatagram;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.Octets;
import io.sluice.proxycodec.Truncation;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XudpFramingTest {

    private static final InetSocketAddress FIRST = new InetSocketAddress("192.0.2.7", 53);
    private static final InetSocketAddress SECOND = InetSocketAddress.createUnresolved("a.b", 443);

    @Test
    void openingSide_sendsNewAndThenKeep() {
        XudpFraming framing = XudpFraming.opening();
        ByteBuf out = Unpooled.buffer();

        framing.writeHeader(2, FIRST, out);
        assertThat(out.readableBytes()).isEqualTo(framing.headerLength(FIRST));
        assertThat(ByteBufUtil.hexDump(out))
                .isEqualTo("0014" + "0000" + "01" + "01" + "02" + "003501c0000207" + "0000000000000000" + "0002");

        out.clear();
        framing.writeHeader(1, SECOND, out);
        assertThat(ByteBufUtil.hexDump(out))
                .isEqualTo("000c" + "0000" + "02" + "01" + "02" + "01bb0203612e62" + "0001");
    }

    @Test
    void frame_isTakenWholeOnly() throws Exception {
        byte[] octets = ByteBufUtil.getBytes(Octets.of("000c 0000 02 01 02 0035 01 c0000207 0003 010203"));

        FramedDatagram read = (FramedDatagram) Truncation.everywhere(octets, XudpFraming.opening()::read);

        assertThat(read.peer()).isEqualTo(FIRST);
        assertThat(ByteBufUtil.hexDump(read.payload())).isEqualTo("010203");
        read.payload().release();
    }

    @Test
    void frameWithoutAnEndpoint_isFromTheFirstPeer() throws Exception {
        XudpFraming framing = XudpFraming.opening();
        framing.writeHeader(1, FIRST, Unpooled.buffer());

        FramedDatagram read = framing.read(Octets.of("0004 0000 02 01 0001 ff"));

        assertThat(read.peer()).isEqualTo(FIRST);
        read.payload().release();
    }

    @Test
    void keepAliveEmptyAndPaddedFrames_arePassedOver() throws Exception {
        FramedDatagram read = XudpFraming.opening()
                .read(Octets.of("0004 0000 04 01 0002 aabb  0004 0000 02 00"
                        + " 0010 0000 02 01 02 0035 01 c0000207 00000000 0001 ff"));

        assertThat(read.peer()).isEqualTo(FIRST);
        assertThat(ByteBufUtil.hexDump(read.payload())).isEqualTo("ff");
        read.payload().release();
    }

    @Test
    void end_endsIt() throws Exception {
        XudpFraming framing = XudpFraming.opening();
        ByteBuf in = Octets.of("0004 0000 03 00 0004 0000 02 01 0001 ff");

        assertThat(framing.read(in)).isNull();
        assertThat(framing.isEnded()).isTrue();
        assertThat(framing.read(in)).isNull();
    }

    @Test
    void opening_isReadWithItsEndpoint() throws Exception {
        byte[] octets =
                ByteBufUtil.getBytes(Octets.of("0014 0007 01 01 02 0035 01 c0000207 0102030405060708 0002 cafe"));

        MuxFrame frame = (MuxFrame) Truncation.everywhere(octets, MuxFrame::read);

        assertThat(frame.session()).isEqualTo(7);
        assertThat(frame.status()).isEqualTo(MuxStatus.NEW);
        assertThat(frame.datagrams()).isTrue();
        assertThat(frame.endpoint()).isEqualTo(FIRST);
        assertThat(ByteBufUtil.hexDump(frame.payload())).isEqualTo("cafe");
        frame.payload().release();
    }

    @Test
    void written_end_isRead() throws Exception {
        ByteBuf out = Unpooled.buffer();
        MuxFrame.writeEnd(9, true, out);

        assertThat(out.readableBytes()).isEqualTo(MuxFrame.END_LENGTH);
        MuxFrame frame = MuxFrame.read(out);
        assertThat(frame.session()).isEqualTo(9);
        assertThat(frame.status()).isEqualTo(MuxStatus.END);
        assertThat(frame.failed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0003 0000 01",
                "0201",
                "0004 0000 05 00",
                "0004 0000 01 00",
                "000c 0000 01 01 03 0035 01 c0000207 0000",
                "0008 0000 01 01 02 0035 01 0000",
                "000c 0000 02 01 02 0035 04 c0000207 0000"
            })
    void malformedFrame_isRefused(String octets) {
        assertThatThrownBy(() -> MuxFrame.read(Octets.of(octets))).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void serverThatOpensASession_isRefused() {
        assertThatThrownBy(() -> XudpFraming.opening().read(Octets.of("000c 0000 01 01 02 0035 01 c0000207 0001 ff")))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void payload_ofMoreThan8192Octets_isNotCarriable() {
        XudpFraming framing = XudpFraming.opening();

        assertThat(framing.isCarriable(8_192, FIRST)).isTrue();
        assertThat(framing.isCarriable(8_193, FIRST)).isFalse();
        assertThat(framing.isCarriable(0, FIRST)).isFalse();
    }
}
