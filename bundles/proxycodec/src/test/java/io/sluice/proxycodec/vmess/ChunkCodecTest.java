package io.sluice.proxycodec.vmess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The payload of both ends. */
class ChunkCodecTest {

    /** Notes the far side's end. */
    private static final class Ends extends ChannelInboundHandlerAdapter {
        private int number;

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                number++;
            }
        }
    }

    private Ends clientEnds;
    private Ends serverEnds;
    private EmbeddedChannel client;
    private EmbeddedChannel server;

    /** Lets both ends know each other; the server has read the first payload. */
    private byte[] open(Security security, boolean sealedLength, Command command, byte[] first) throws Exception {
        clientEnds = new Ends();
        serverEnds = new Ends();
        client = Fixtures.dialled(Fixtures.client(Fixtures.ID, security, sealedLength, Fixtures.NOON), command, first);
        client.pipeline().addLast(clientEnds);
        ByteBuf in = Unpooled.wrappedBuffer(Fixtures.sent(client));
        VmessServer.Accepted accepted = Fixtures.server(Fixtures.NOON).reader().read(in);
        server = Fixtures.channel();
        server.pipeline().addLast(accepted.body().codec(server.alloc()), serverEnds);
        server.writeInbound(in);
        return Fixtures.got(server);
    }

    private static ChunkCodec codec(EmbeddedChannel channel) {
        return channel.pipeline().get(ChunkCodec.class);
    }

    @ParameterizedTest
    @CsvSource({
        "AES_128_GCM,false",
        "AES_128_GCM,true",
        "CHACHA20_POLY1305,false",
        "CHACHA20_POLY1305,true",
    })
    void payload_comesWholeInPiecesOfEverySize(Security security, boolean sealedLength) throws Exception {
        byte[] first = Fixtures.random(300);
        assertThat(open(security, sealedLength, Command.TCP, first)).isEqualTo(first);
        for (int size : new int[] {1, 2, 100, ChunkSealer.MAX_PAYLOAD, ChunkSealer.MAX_PAYLOAD + 1, 1 << 20}) {
            byte[] down = Fixtures.random(size);
            server.writeOutbound(Unpooled.wrappedBuffer(down));
            byte[] sealed = Fixtures.sent(server);
            int step = size > 1000 ? 1 + Fixtures.RANDOM.nextInt(5_000) : 1;
            for (int at = 0; at < sealed.length; at += step) {
                client.writeInbound(Unpooled.copiedBuffer(sealed, at, Math.min(step, sealed.length - at)));
            }
            assertThat(Fixtures.got(client)).isEqualTo(down);
            client.writeOutbound(Unpooled.wrappedBuffer(down));
            server.writeInbound(Unpooled.wrappedBuffer(Fixtures.sent(client)));
            assertThat(Fixtures.got(server)).isEqualTo(down);
        }
        finish();
    }

    @Test
    void lastChunk_isTheEndOfOneDirection() throws Exception {
        open(Security.AES_128_GCM, false, Command.TCP, new byte[] {1});
        codec(client).end();
        server.writeInbound(Unpooled.wrappedBuffer(Fixtures.sent(client)));
        assertThat(serverEnds.number).isEqualTo(1);
        server.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(serverEnds.number).as("a FIN behind it says nothing new").isEqualTo(1);
        server.checkException();

        server.writeOutbound(Unpooled.wrappedBuffer(new byte[] {2, 3}));
        client.writeInbound(Unpooled.wrappedBuffer(Fixtures.sent(server)));
        assertThat(Fixtures.got(client)).containsExactly(2, 3);
        codec(server).end();
        client.writeInbound(Unpooled.wrappedBuffer(Fixtures.sent(server)));
        assertThat(clientEnds.number).isEqualTo(1);
        finish();
    }

    @Test
    void finWithoutLastChunk_isACut() throws Exception {
        open(Security.AES_128_GCM, false, Command.TCP, new byte[] {1});
        server.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(serverEnds.number).isZero();
        assertThatThrownBy(server::checkException)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cut");
        finish();
    }

    @Test
    void everyFlippedOctetOfAChunk_isAForgeryAndNoEnd() throws Exception {
        for (int at = 0; ; at++) {
            open(Security.AES_128_GCM, true, Command.TCP, new byte[] {1});
            codec(client).end();
            byte[] end = Fixtures.sent(client);
            if (at >= 18 + 16) {
                break; // what follows is padding, which nothing protects
            }
            end[at] ^= 0x20;
            assertThat(server.writeOneInbound(Unpooled.wrappedBuffer(end)).cause())
                    .isInstanceOf(IOException.class);
            assertThat(serverEnds.number).isZero();
            finish();
        }
        finish();
    }

    @Test
    void emptyFirstChunkOfAClient_isAnEndOnlyIfNothingFollows() throws Exception {
        for (boolean more : new boolean[] {true, false}) {
            clientEnds = new Ends();
            serverEnds = new Ends();
            client = Fixtures.channel();
            client.pipeline()
                    .addLast(Fixtures.client(Fixtures.NOON).codec(Command.TCP, Fixtures.NAMED, client.alloc()));
            codec(client).end();
            if (more) {
                client.writeOutbound(Unpooled.wrappedBuffer(new byte[] {7}));
            }
            ByteBuf in = Unpooled.wrappedBuffer(Fixtures.sent(client));
            VmessServer.Accepted accepted =
                    Fixtures.server(Fixtures.NOON).reader().read(in);
            server = Fixtures.channel();
            server.pipeline().addLast(accepted.body().codec(server.alloc()), serverEnds);
            server.writeInbound(in);
            assertThat(Fixtures.got(server)).hasSize(more ? 1 : 0);
            assertThat(serverEnds.number).isZero();
            server.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            assertThat(serverEnds.number).isEqualTo(more ? 0 : 1);
            if (more) {
                assertThatThrownBy(server::checkException).hasMessageContaining("cut");
            }
            finish();
        }
    }

    @Test
    void emptyWrite_isNoEnd() throws Exception {
        open(Security.AES_128_GCM, false, Command.TCP, new byte[] {1});
        client.writeOutbound(Unpooled.EMPTY_BUFFER);
        server.writeInbound(Unpooled.wrappedBuffer(Fixtures.sent(client)));
        assertThat(serverEnds.number).isZero();
        finish();
    }

    @Test
    void datagrams_keepTheirBounds() throws Exception {
        byte[] large = Fixtures.random(ChunkCodec.MAX_DATAGRAM);
        ChunkFraming up = new ChunkFraming(Fixtures.NAMED);
        client = Fixtures.channel();
        client.pipeline().addLast(Fixtures.client(Fixtures.NOON).codec(Command.UDP, Fixtures.NAMED, client.alloc()));
        for (byte[] datagram : new byte[][] {{1}, {2, 2}, large}) {
            client.writeOutbound(framed(up, datagram));
        }
        ByteBuf in = Unpooled.wrappedBuffer(Fixtures.sent(client));
        VmessServer.Accepted accepted = Fixtures.server(Fixtures.NOON).reader().read(in);
        assertThat(accepted.command()).isEqualTo(Command.UDP);
        server = Fixtures.channel();
        server.pipeline().addLast(accepted.body().codec(server.alloc()));
        server.writeInbound(in);
        assertThat(datagram(server)).containsExactly(1);
        assertThat(datagram(server)).containsExactly(2, 2);
        assertThat(datagram(server)).isEqualTo(large);
        server.writeOutbound(framed(up, large));
        client.writeInbound(Unpooled.wrappedBuffer(Fixtures.sent(server)));
        assertThat(datagram(client)).isEqualTo(large);
        finish();
    }

    @Test
    void framing_carriesWhatFitsAChunkOfXray() {
        ChunkFraming framing = new ChunkFraming(Fixtures.NAMED);
        assertThat(framing.isCarriable(0, Fixtures.NAMED)).isFalse();
        assertThat(framing.isCarriable(1, Fixtures.NAMED)).isTrue();
        assertThat(framing.isCarriable(ChunkCodec.MAX_DATAGRAM, Fixtures.NAMED)).isTrue();
        assertThat(framing.isCarriable(ChunkCodec.MAX_DATAGRAM + 1, Fixtures.NAMED))
                .isFalse();
        assertThat(framing.isCarriable(1, new java.net.InetSocketAddress("192.0.2.1", 53)))
                .isFalse();
    }

    private static ByteBuf framed(ChunkFraming framing, byte[] datagram) {
        ByteBuf frame = Unpooled.buffer();
        framing.writeHeader(datagram.length, Fixtures.NAMED, frame);
        return frame.writeBytes(datagram);
    }

    private static byte[] datagram(EmbeddedChannel channel) {
        ByteBuf frame = channel.readInbound();
        try {
            return Fixtures.octets(new ChunkFraming(Fixtures.NAMED).read(frame).payload());
        } finally {
            frame.release();
        }
    }

    @Test
    void head_goesAloneIfTheClientIsSilent() {
        client = Fixtures.channel();
        client.pipeline().addLast(Fixtures.client(Fixtures.NOON).codec(Command.TCP, Fixtures.NAMED, client.alloc()));
        assertThat(Fixtures.sent(client)).isEmpty();
        client.advanceTimeBy(20, TimeUnit.MILLISECONDS);
        client.runScheduledPendingTasks();
        byte[] head = Fixtures.sent(client);
        assertThat(head.length).isGreaterThan(SealedHeader.PREFIX);
        assertThat(Arrays.copyOf(head, 16)).isNotEqualTo(new byte[16]);
        Fixtures.end(client);
    }

    @Test
    void answerForSomebodyElse_isDrainedBeforeItIsTold() {
        client = Fixtures.dialled(Fixtures.client(Fixtures.NOON), Command.TCP, new byte[] {1});
        int drained = 0;
        Throwable told = null;
        while (told == null && drained < 5_000) {
            told = client.writeOneInbound(Unpooled.wrappedBuffer(new byte[] {(byte) drained}))
                    .cause();
            drained++;
        }
        assertThat(told).isInstanceOf(IOException.class).hasMessageContaining("not for this request");
        int base = Drain.of(Fixtures.ID).base();
        assertThat(drained).isBetween(base, base + 64);
        Fixtures.end(client);
    }

    @Test
    void answerOfAnotherSession_isForeign() throws Exception {
        open(Security.AES_128_GCM, false, Command.TCP, new byte[] {1});
        server.writeOutbound(Unpooled.wrappedBuffer(new byte[6_000]));
        byte[] answer = Fixtures.sent(server);
        EmbeddedChannel other = Fixtures.dialled(Fixtures.client(Fixtures.NOON), Command.TCP, new byte[] {1});
        assertThat(other.writeOneInbound(Unpooled.wrappedBuffer(answer)).cause())
                .hasMessageContaining("not for this request");
        assertThat(other.<ByteBuf>readInbound()).isNull();
        Fixtures.end(other);
        finish();
    }

    @Test
    void closeWithoutAnAnswer_saysWhatMayBeWrong() {
        client = Fixtures.dialled(Fixtures.client(Fixtures.NOON), Command.TCP, new byte[] {1});
        client.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThatThrownBy(client::checkException).hasMessageContaining("does not know the id");
        Fixtures.end(client);
    }

    private void finish() {
        Fixtures.end(client);
        if (server != null) {
            Fixtures.end(server);
        }
    }
}
