package io.sluice.proxycodec.socks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.Octets;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Socks5ClientCodecTest {

    @Test
    void everything_writtenAtOnce_isTheOctetsOfTheRfc() {
        Socks5Credentials credentials = Socks5Credentials.of("alice", "secret");
        InetSocketAddress destination = InetSocketAddress.createUnresolved("example.com", 443);
        ByteBuf out = Unpooled.buffer();
        Socks5ClientCodec.writeGreeting(out, Socks5.USER_PASSWORD);
        Socks5ClientCodec.writeCredentials(out, credentials);
        Socks5ClientCodec.writeRequest(out, Socks5Command.CONNECT.code(), destination);

        assertThat(out).isEqualTo(Octets.of("05 01 02  01 05 'alice' 06 'secret'  05 01 00 03 0B 'example.com' 01BB"));
        assertThat(out.readableBytes()).isLessThanOrEqualTo(Socks5ClientCodec.length(credentials, destination));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "05 00 00 01 C0000201 1F90",
                "05 05 00 04 20010DB8000000000000000000000001 0000",
                "05 00 FF 03 05 'relay' 1F90"
            })
    void reply_truncatedAtEveryOctet_isNotYet(String octets) throws MalformedSocksException {
        ByteBuf whole = Octets.of(octets);
        int length = whole.readableBytes();
        for (int cut = 0; cut < length; cut++) {
            ByteBuf in = whole.copy(0, cut);
            assertThat(Socks5ClientCodec.readReply(in)).as("cut at %d", cut).isNull();
            assertThat(in.readerIndex()).isZero();
            assertThat(Socks5ClientCodec.peekReplyCode(in)).isEqualTo(cut < 2 ? -1 : whole.getByte(1));
        }
        assertThat(Socks5ClientCodec.readReply(whole).code()).isEqualTo(whole.getUnsignedByte(1));
        assertThat(whole.isReadable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"04", "48 54 54 50", "00 5A", "05 00 00 05", "05 00 00 03 00"})
    void reply_notSocks5_isMalformedAtOnce(String octets) {
        assertThatThrownBy(() -> Socks5ClientCodec.readReply(Octets.of(octets)))
                .isInstanceOf(MalformedSocksException.class);
    }

    @Test
    void unassignedCode_isAGeneralFailure() {
        assertThat(Socks5Status.of(9)).isEqualTo(Socks5Status.GENERAL_FAILURE);
        assertThat(Socks5Status.of(255)).isEqualTo(Socks5Status.GENERAL_FAILURE);
        assertThat(Socks5Status.of(8)).isEqualTo(Socks5Status.ADDRESS_TYPE_NOT_SUPPORTED);
    }

    @Test
    void name_thatSocksCannotCarry_isKnownBeforehand() {
        assertThat(Socks5Address.isCarriable(InetSocketAddress.createUnresolved("a".repeat(255), 1)))
                .isTrue();
        assertThat(Socks5Address.isCarriable(InetSocketAddress.createUnresolved("a".repeat(256), 1)))
                .isFalse();
        assertThat(Socks5Address.isCarriable(InetSocketAddress.createUnresolved("bücher.example", 1)))
                .isFalse();
    }
}
