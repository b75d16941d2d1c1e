package io.sluice.proxycodec.trojan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.Octets;
import io.sluice.proxycodec.Truncation;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrojanRequestTest {

    private static final InetSocketAddress NAME = InetSocketAddress.createUnresolved("example.org", 443);

    /** hex(SHA-224("password1")), by coreutils' sha224sum. */
    private static final String KEY = "9440e64e095ff718c1926110fd811e64948984c9dee7ef860feb4d5d";

    @Test
    void key_isTheHexOfTheHash() {
        assertThat(new String(TrojanKey.of("password1").octets(), StandardCharsets.US_ASCII))
                .isEqualTo(KEY);
        // Not ASCII: UTF-8, as every other implementation takes it.
        assertThat(new String(TrojanKey.of("pässwörd").octets(), StandardCharsets.US_ASCII))
                .isEqualTo("1fa1dc9715a45491364693be5cfc25e1e8478204b8b4ef6deee9d3b3");
        assertThat(TrojanKey.of("password1")).hasToString("TrojanKey");
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                Arguments.of(new TrojanRequest(false, NAME), "01 03 0b 'example.org' 01bb 0d0a"),
                Arguments.of(
                        new TrojanRequest(false, new InetSocketAddress("192.0.2.7", 80)), "01 01 c0000207 0050 0d0a"),
                Arguments.of(
                        new TrojanRequest(true, new InetSocketAddress("2001:db8::1", 53)),
                        "03 04 20010db8000000000000000000000001 0035 0d0a"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void request_isWrittenAndReadAsTheProtocolSays(TrojanRequest request, String octets) throws Exception {
        ByteBuf out = Unpooled.buffer();
        request.write(TrojanKey.of("password1"), out);

        assertThat(out.readableBytes()).isEqualTo(request.length());
        assertThat(out.readCharSequence(56, StandardCharsets.US_ASCII)).hasToString(KEY);
        assertThat(out.readUnsignedShort()).isEqualTo(0x0D0A);
        byte[] rest = ByteBufUtil.getBytes(out);
        assertThat(rest).isEqualTo(ByteBufUtil.getBytes(Octets.of(octets)));
        assertThat(Truncation.everywhere(rest, TrojanRequest::read)).isEqualTo(request);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "02 01 c0000207 0050 0d0a",
                "01 02 c0000207 0050 0d0a",
                "01 03 00 0050 0d0a",
                "01 03 03 612062 0050 0d0a",
                "01 01 c0000207 0050 0a0d"
            })
    void malformedRequest_isRefused(String octets) {
        assertThatThrownBy(() -> TrojanRequest.read(Octets.of(octets))).isInstanceOf(MalformedMessageException.class);
    }
}
