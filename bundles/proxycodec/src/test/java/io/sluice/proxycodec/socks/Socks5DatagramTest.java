package io.sluice.proxycodec.socks;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.proxycodec.Octets;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Socks5DatagramTest {

    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 53);

    private final Socks5DatagramHeaders headers = new Socks5DatagramHeaders(UnpooledByteBufAllocator.DEFAULT);
    private final Socks5DatagramDecoder decoder = new Socks5DatagramDecoder();

    @Test
    void header_ofEachPeer_isKept() {
        ByteBuf first = headers.of(PEER);
        ByteBuf named = headers.of(InetSocketAddress.createUnresolved("dns.example", 53));

        assertThat(first).isEqualTo(Octets.of("0000 00 01 C0000201 0035"));
        assertThat(named).isEqualTo(Octets.of("0000 00 03 0B 'dns.example' 0035"));
        assertThat(headers.of(new InetSocketAddress("192.0.2.1", 53))).isSameAs(first);
        headers.release();
    }

    @Test
    void header_thatIsRetained_outlivesItsPlace() {
        ByteBuf first = headers.of(PEER).retain();
        for (int port = 1; port < 1_000; port++) {
            assertThat(headers.of(new InetSocketAddress("2001:db8::1", port)).readableBytes())
                    .isEqualTo(22);
        }

        assertThat(first).isEqualTo(Octets.of("0000 00 01 C0000201 0035"));
        headers.release();
        assertThat(first.release()).as("the last reference").isTrue();
    }

    @Test
    void release_givesEveryHeaderUp() {
        ByteBuf header = headers.of(PEER);

        headers.release();

        assertThat(header.refCnt()).isZero();
        assertThat(headers.of(PEER)).isEqualTo(Octets.of("0000 00 01 C0000201 0035"));
        headers.release();
    }

    @Test
    void runOfDatagramsFromOnePeer_hasOneAddressObject() {
        InetSocketAddress first = decoder.decode(Octets.of("0000 00 01 C0000201 0035 AA"));
        InetSocketAddress second = decoder.decode(Octets.of("0000 00 01 C0000201 0035 BB"));
        InetSocketAddress other = decoder.decode(Octets.of("0000 00 01 C0000201 0036 BB"));

        assertThat(first).isEqualTo(PEER);
        assertThat(second).isSameAs(first);
        assertThat(other.getPort()).isEqualTo(54);
    }

    @Test
    void readerIndex_isAtThePayload() {
        ByteBuf datagram = Octets.of("0000 00 03 0B 'dns.example' 0035 CAFE");

        assertThat(decoder.decode(datagram).getHostString()).isEqualTo("dns.example");
        assertThat(datagram).isEqualTo(Octets.of("CAFE"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "0000 00",
                "0000 01 01 C0000201 0035 CAFE",
                "0000 80 01 C0000201 0035 CAFE",
                "0001 00 01 C0000201 0035 CAFE",
                "0100 00 01 C0000201 0035 CAFE",
                "0000 00 02 C0000201 0035 CAFE",
                "0000 00 03 00 0035 CAFE",
                "0000 00 01 C0000201 00"
            })
    void malformedOrFragment_isDropped(String octets) {
        decoder.decode(Octets.of("0000 00 01 C0000201 0035 AA"));

        assertThat(decoder.decode(Octets.of(octets))).isNull();
    }

    @Test
    void header_truncatedAtEveryOctet_isDropped() {
        ByteBuf whole = Octets.of("0000 00 04 20010DB8000000000000000000000001 0035");
        for (int cut = 0; cut < whole.readableBytes(); cut++) {
            assertThat(decoder.decode(whole.copy(0, cut))).as("cut at %d", cut).isNull();
        }
        assertThat(decoder.decode(whole)).isNotNull();
    }
}
