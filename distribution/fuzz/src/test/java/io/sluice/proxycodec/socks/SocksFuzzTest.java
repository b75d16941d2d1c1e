package io.sluice.proxycodec.socks;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;

/** RFC 1928 and 1929, from either side, in one piece and octet by octet. */
class SocksFuzzTest {

    private interface Reader {
        Object read(ByteBuf in) throws MalformedSocksException;
    }

    /** A reader takes all of a message or nothing, and finds the same whether it comes at once or in pieces. */
    private static void bothWays(byte[] octets, Reader reader) {
        Object whole = outcome(Unpooled.wrappedBuffer(octets), reader);
        ByteBuf growing = Unpooled.buffer();
        Object pieces = null;
        int step = 1 + octets.length / 512;
        for (int i = 0; i < octets.length && pieces == null; i += step) {
            growing.writeBytes(octets, i, Math.min(step, octets.length - i));
            int before = growing.readerIndex();
            pieces = outcome(growing, reader);
            if (pieces == null && growing.readerIndex() != before) {
                throw new AssertionError("something is taken of a part");
            }
        }
        growing.release();
        assertThat(String.valueOf(pieces)).isEqualTo(String.valueOf(whole));
    }

    private static Object outcome(ByteBuf in, Reader reader) {
        try {
            return reader.read(in);
        } catch (MalformedSocksException e) {
            return e.status();
        }
    }

    @FuzzTest
    void greeting(byte[] octets) {
        bothWays(octets, Socks5ServerCodec::readGreeting);
    }

    @FuzzTest
    void credentials(byte[] octets) {
        bothWays(octets, Socks5ServerCodec::readCredentials);
    }

    @FuzzTest
    void request(byte[] octets) {
        bothWays(octets, Socks5ServerCodec::readRequest);
    }

    @FuzzTest
    void choice(byte[] octets) {
        bothWays(octets, in -> whole(Socks5ClientCodec.readMethod(in)));
        bothWays(octets, in -> whole(Socks5ClientCodec.readAuthentication(in)));
    }

    private static Integer whole(int read) {
        return read < 0 ? null : read;
    }

    @FuzzTest
    void reply(byte[] octets) {
        bothWays(octets, Socks5ClientCodec::readReply);
    }

    @FuzzTest
    void datagram(byte[] octets) {
        Socks5DatagramDecoder decoder = new Socks5DatagramDecoder();
        ByteBuf first = Unpooled.wrappedBuffer(octets);
        InetSocketAddress peer = decoder.decode(first);
        if (peer != null) {
            ByteBuf second = Unpooled.wrappedBuffer(octets);
            assertThat(decoder.decode(second)).as("the cached header").isEqualTo(peer);
            assertThat(second.readerIndex()).isEqualTo(first.readerIndex());
        }
    }
}
