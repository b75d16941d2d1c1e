package io.sluice.proxycodec.socks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.proxycodec.Octets;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Socks5ServerCodecTest {

    private interface Reader {
        Object read(ByteBuf in) throws MalformedSocksException;
    }

    private static final Reader GREETING = Socks5ServerCodec::readGreeting;
    private static final Reader CREDENTIALS = Socks5ServerCodec::readCredentials;
    private static final Reader REQUEST = Socks5ServerCodec::readRequest;

    @ParameterizedTest
    @CsvSource({
        "05 01 00, true, false",
        "05 01 02, false, true",
        "05 02 00 02, true, true",
        "05 03 01 80 02, false, true",
        "05 01 01, false, false",
        "05 01 FF, false, false",
        "05 00, false, false"
    })
    void greeting_methods_areReducedToThoseWeKnow(String octets, boolean noAuth, boolean userPassword)
            throws MalformedSocksException {
        assertThat(Socks5ServerCodec.readGreeting(Octets.of(octets)))
                .isEqualTo(new Socks5Greeting(noAuth, userPassword));
    }

    @ParameterizedTest
    @CsvSource({
        "05 01 00 01 C0000201 01BB, CONNECT, 192.0.2.1, 443",
        "05 03 00 01 00000000 0000, UDP_ASSOCIATE, 0.0.0.0, 0",
        "05 02 00 04 20010DB8000000000000000000000001 FFFF, BIND, 2001:db8:0:0:0:0:0:1, 65535",
        "05 01 00 03 0B 'example.com' 0050, CONNECT, example.com, 80"
    })
    void request_wellFormed_isRead(String octets, Socks5Command command, String host, int port)
            throws MalformedSocksException {
        Socks5Request request = Socks5ServerCodec.readRequest(Octets.of(octets));

        assertThat(request.command()).isEqualTo(command);
        assertThat(request.destination().getHostString()).isEqualTo(host);
        assertThat(request.destination().getPort()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "::1", "127.0.0.1"})
    void request_addressWrittenAsName_becomesTheAddress(String name) throws MalformedSocksException {
        ByteBuf octets = Octets.of("05 01 00 03")
                .writeByte(name.length())
                .writeBytes(name.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .writeShort(80);

        InetSocketAddress destination = Socks5ServerCodec.readRequest(octets).destination();

        assertThat(destination.isUnresolved()).isFalse();
        assertThat(destination.getPort()).isEqualTo(80);
    }

    @ParameterizedTest
    @CsvSource({
        "05 00 00 01 C0000201 01BB, COMMAND_NOT_SUPPORTED",
        "05 04 00 01 C0000201 01BB, COMMAND_NOT_SUPPORTED",
        "05 01 01 01 C0000201 01BB, GENERAL_FAILURE",
        "05 01 00 02 C0000201 01BB, ADDRESS_TYPE_NOT_SUPPORTED",
        "05 01 00 00 C0000201 01BB, ADDRESS_TYPE_NOT_SUPPORTED",
        "05 01 00 03 00 01BB, GENERAL_FAILURE",
        "05 01 00 03 03 610062 01BB, GENERAL_FAILURE",
        "05 01 00 03 03 610A62 01BB, GENERAL_FAILURE",
        "05 01 00 03 03 612062 01BB, GENERAL_FAILURE",
        "05 01 00 03 03 61FF62 01BB, GENERAL_FAILURE",
        "04 01 00 50 C0000201 00, GENERAL_FAILURE"
    })
    void request_malformed_isAnsweredWithTheCode(String octets, Socks5Status status) {
        ByteBuf in = Octets.of(octets);
        int start = in.readerIndex();

        assertThatThrownBy(() -> Socks5ServerCodec.readRequest(in))
                .isInstanceOfSatisfying(
                        MalformedSocksException.class,
                        e -> assertThat(e.status()).isEqualTo(status));
        assertThat(in.readerIndex()).isEqualTo(start);
    }

    @Test
    void request_malformedName_isRefusedBeforeItIsWhole() {
        assertThatThrownBy(() -> Socks5ServerCodec.readRequest(Octets.of("05 01 00 03 FF 61 00")))
                .isInstanceOf(MalformedSocksException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255})
    void credentials_anyLength_areRead(int length) throws MalformedSocksException {
        byte[] user = "u".repeat(length).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] password = "p".repeat(length).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        ByteBuf octets = Unpooled.buffer();
        Socks5ClientCodec.writeCredentials(octets, new Socks5Credentials(user, password));

        Socks5Credentials read = Socks5ServerCodec.readCredentials(octets);

        assertThat(read.user()).isEqualTo(user);
        assertThat(read.password()).isEqualTo(password);
        assertThat(octets.isReadable()).isFalse();
    }

    @Test
    void credentials_printed_showNothing() {
        assertThat(Socks5Credentials.of("alice", "secret").toString()).doesNotContain("alice", "secret");
    }

    @Test
    void everyMessage_truncatedAtEveryOctet_isNotYetAndMovesNothing() throws MalformedSocksException {
        truncate(GREETING, Octets.of("05 03 00 01 02"));
        truncate(CREDENTIALS, Octets.of("01 05 'alice' 06 'secret'"));
        truncate(REQUEST, Octets.of("05 01 00 01 C0000201 01BB"));
        truncate(REQUEST, Octets.of("05 01 00 04 20010DB8000000000000000000000001 01BB"));
        truncate(REQUEST, Octets.of("05 01 00 03 0B 'example.com' 01BB"));
    }

    private static void truncate(Reader reader, ByteBuf whole) throws MalformedSocksException {
        int length = whole.readableBytes();
        for (int cut = 0; cut < length; cut++) {
            ByteBuf in = whole.copy(0, cut);
            assertThat(reader.read(in)).as("cut at %d", cut).isNull();
            assertThat(in.readerIndex()).isZero();
        }
        whole.writeInt(0xCAFEBABE);
        assertThat(reader.read(whole)).isNotNull();
        assertThat(whole.readableBytes()).as("what follows is left alone").isEqualTo(4);
    }

    @Test
    void everyReader_randomOctets_neverThrowsAnythingElse() {
        long seed = 0x5EED;
        Random random = new Random(seed);
        Reader[] readers = {
            GREETING,
            CREDENTIALS,
            REQUEST,
            Socks5ClientCodec::readReply,
            Socks5ClientCodec::readMethod,
            Socks5ClientCodec::readAuthentication
        };
        for (int i = 0; i < 200_000; i++) {
            byte[] octets = new byte[random.nextInt(40)];
            random.nextBytes(octets);
            if (octets.length > 3 && random.nextBoolean()) {
                octets[0] = 5;
                octets[1] = (byte) random.nextInt(5);
                octets[2] = 0;
                octets[3] = (byte) random.nextInt(5);
            }
            ByteBuf in = Unpooled.wrappedBuffer(octets);
            try {
                Object message = readers[i % readers.length].read(in);
                boolean notYet = message == null || message.equals(-1);
                assertThat(in.readerIndex() == 0).isEqualTo(notYet);
            } catch (MalformedSocksException e) {
                assertThat(in.readerIndex()).isZero();
            }
        }
    }

    @Test
    void reply_forTheUnspecifiedAddress_isTenOctets() {
        ByteBuf reply = Socks5ServerCodec.reply(
                UnpooledByteBufAllocator.DEFAULT, Socks5Status.SUCCEEDED, Socks5Address.UNSPECIFIED);

        assertThat(reply).isEqualTo(Octets.of("05 00 00 01 00000000 0000"));
        reply.release();
    }
}
