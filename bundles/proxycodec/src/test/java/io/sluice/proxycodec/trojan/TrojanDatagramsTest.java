package io.sluice.proxycodec.trojan;

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

class TrojanDatagramsTest {

    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.7", 53);

    private final TrojanDatagrams framing = new TrojanDatagrams();

    @Test
    void datagram_isWrittenAsTheProtocolSays() {
        ByteBuf out = Unpooled.buffer();
        framing.writeHeader(3, PEER, out);

        assertThat(out.readableBytes()).isEqualTo(framing.headerLength(PEER));
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("01c000020700350003" + "0d0a");
    }

    @Test
    void datagram_isTakenWholeOnly() throws Exception {
        byte[] octets = ByteBufUtil.getBytes(Octets.of("03 03 'a.b' 0035 0003 0d0a 010203"));

        FramedDatagram read = (FramedDatagram) Truncation.everywhere(octets, framing::read);

        assertThat(read.peer()).isEqualTo(InetSocketAddress.createUnresolved("a.b", 53));
        assertThat(ByteBufUtil.hexDump(read.payload())).isEqualTo("010203");
        read.payload().release();
    }

    @Test
    void emptyDatagram_isOne() throws Exception {
        FramedDatagram read = framing.read(Octets.of("01 c0000207 0035 0000 0d0a"));

        assertThat(read.payload().isReadable()).isFalse();
        read.payload().release();
    }

    @Test
    void frame_ofMoreThan8192Octets_isNotCarriable() {
        assertThat(framing.isCarriable(8_192 - 11, PEER)).isTrue();
        assertThat(framing.isCarriable(8_192 - 10, PEER)).isFalse();
        assertThat(framing.isCarriable(1, InetSocketAddress.createUnresolved("a b", 1)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"05 c0000207 0035 0000 0d0a", "01 c0000207 0035 0000 0d0d", "03 00 0035 0000 0d0a"})
    void malformedFrame_isRefused(String octets) {
        assertThatThrownBy(() -> framing.read(Octets.of(octets))).isInstanceOf(MalformedMessageException.class);
    }
}
