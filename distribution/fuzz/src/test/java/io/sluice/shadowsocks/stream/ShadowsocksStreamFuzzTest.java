package io.sluice.shadowsocks.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.ShadowsocksException;
import io.sluice.shadowsocks.crypto.SessionCipher;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Streams from a stranger, and from somebody who has the key: what is not encrypted ends at a tag, so the second kind seals what the fuzzer makes up.
 * The first octet chooses the method.
 */
class ShadowsocksStreamFuzzTest {

    private static final long NOW = 1_790_000_000L;
    private static final InetSocketAddress FAR = InetSocketAddress.createUnresolved("a.example", 1);
    private static final SecureRandom RANDOM = new SecureRandom();

    private static Method method(byte[] octets) {
        return Method.values()[(octets.length == 0 ? 0 : octets[0] & 0xFF) % Method.values().length];
    }

    private static byte[] rest(byte[] octets) {
        return octets.length == 0 ? octets : Arrays.copyOfRange(octets, 1, octets.length);
    }

    private static String password(Method method) {
        return method.is2022() ? Base64.getEncoder().encodeToString(new byte[method.keyLength()]) : "x";
    }

    private static ClientContext client(Method method) {
        return new ClientContext("the server", ClientKeys.of(method, password(method)), () -> NOW, RANDOM);
    }

    private static ServerContext server(Method method) {
        return ServerContext.of(ServerKeys.of(method, password(method), Map.of()), () -> NOW, () -> 0, RANDOM);
    }

    /** Collects, and lets nothing through but faults of the far side. */
    private static final class End extends ChannelInboundHandlerAdapter {

        private int faults;
        private long received;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf payload = (ByteBuf) message;
            received += payload.readableBytes();
            payload.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            assertThat(cause).isInstanceOf(ShadowsocksException.class);
            faults++;
        }
    }

    private static End feed(StreamCodec codec, byte[]... pieces) {
        End end = new End();
        EmbeddedChannel channel = new EmbeddedChannel(codec, end);
        long sent = 0;
        for (byte[] piece : pieces) {
            channel.writeInbound(Unpooled.copiedBuffer(piece));
            sent += piece.length;
        }
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat((Object) channel.readOutbound()).as("an answer").isNull();
        assertThat(end.faults).isLessThanOrEqualTo(1);
        assertThat(end.received).isLessThanOrEqualTo(sent);
        channel.finishAndReleaseAll();
        return end;
    }

    @FuzzTest
    void request(byte[] octets) {
        Method method = method(octets);
        List<StreamHeader> requests = new ArrayList<>();
        End end = feed(new ServerStreamCodec(server(method), requests::add), rest(octets));
        assertThat(requests).isEmpty();
        assertThat(end.received).isZero();
    }

    /** Whoever has the key writes any header and any chunks. */
    @FuzzTest
    void sealedRequest(byte[] octets) {
        Method method = method(octets);
        byte[] body = rest(octets);
        byte[] salt = Salts.fresh(method, RANDOM);
        SessionCipher cipher = Salts.cipher(method, client(method).keys().key(), salt);
        ByteBuf out = Unpooled.buffer().writeBytes(salt);
        if (method.is2022()) {
            cipher.seal(out.writeByte(HeaderType.CLIENT).writeLong(NOW).writeShort(body.length), 11);
        } else {
            cipher.seal(out.writeShort(body.length), 2);
        }
        cipher.seal(out.writeBytes(body), body.length);
        byte[] message = new byte[out.readableBytes()];
        out.readBytes(message).release();
        List<StreamHeader> requests = new ArrayList<>();
        feed(new ServerStreamCodec(server(method), requests::add), message);
        assertThat(requests.size()).isLessThanOrEqualTo(1);
    }

    @FuzzTest
    void response(byte[] octets) {
        Method method = method(octets);
        EmbeddedChannel channel = new EmbeddedChannel(new ClientStreamCodec(client(method), FAR, () -> {}), new End());
        channel.writeOutbound(Unpooled.copiedBuffer(new byte[] {1}));
        channel.writeInbound(Unpooled.copiedBuffer(rest(octets)));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.finishAndReleaseAll();
    }

    /** A server that has the key answers with any header and any chunks. */
    @FuzzTest
    void sealedResponse(byte[] octets) {
        Method method = method(octets);
        byte[] body = rest(octets);
        End end = new End();
        EmbeddedChannel channel = new EmbeddedChannel(new ClientStreamCodec(client(method), FAR, () -> {}), end);
        channel.writeOutbound(Unpooled.copiedBuffer(new byte[] {1}));
        byte[] requestSalt = new byte[method.saltLength()];
        ByteBuf request = channel.readOutbound();
        request.readBytes(requestSalt).release();
        byte[] salt = Salts.fresh(method, RANDOM);
        SessionCipher cipher = Salts.cipher(method, client(method).keys().key(), salt);
        ByteBuf out = Unpooled.buffer().writeBytes(salt);
        if (method.is2022()) {
            out.writeByte(HeaderType.SERVER)
                    .writeLong(NOW)
                    .writeBytes(requestSalt)
                    .writeShort(body.length);
            cipher.seal(out, 11 + requestSalt.length);
        } else {
            cipher.seal(out.writeShort(body.length), 2);
        }
        cipher.seal(out.writeBytes(body), body.length);
        cipher.seal(out.writeBytes(body), body.length);
        channel.writeInbound(out);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(end.faults).isLessThanOrEqualTo(1);
        assertThat(end.received).isLessThanOrEqualTo(2L * body.length);
        channel.finishAndReleaseAll();
    }

    /** After a good request anything may come, in two pieces. */
    @FuzzTest
    void midStream(byte[] octets) {
        Method method = method(octets);
        EmbeddedChannel client = new EmbeddedChannel();
        client.freezeTime(); // else on a busy machine the request leaves before its payload
        client.pipeline().addLast(new ClientStreamCodec(client(method), FAR, () -> {}));
        client.writeOutbound(Unpooled.copiedBuffer(new byte[] {1, 2, 3}));
        ByteBuf sealed = client.readOutbound();
        byte[] request = new byte[sealed.readableBytes()];
        sealed.readBytes(request).release();
        client.finishAndReleaseAll();
        byte[] more = rest(octets);
        int half = more.length / 2;
        List<StreamHeader> requests = new ArrayList<>();
        End end = feed(
                new ServerStreamCodec(server(method), requests::add),
                request,
                Arrays.copyOf(more, half),
                Arrays.copyOfRange(more, half, more.length));
        assertThat(requests).hasSize(1);
        assertThat(end.received).isEqualTo(3);
        assertThat(end.faults).isEqualTo(more.length == 0 ? 0 : 1);
    }
}
