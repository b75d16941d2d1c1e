package io.sluice.proxycodec.vmess;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.proxycodec.MalformedMessageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** VMess from either side: the first packet, the header under its seal, chunks in the middle of a stream. */
class VmessFuzzTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L);
    private static final VmessId ID = VmessId.of("b831381d-6324-4d53-ad4f-8cda48b30811");
    private static final InetSocketAddress FAR = InetSocketAddress.createUnresolved("example.org", 443);

    /** A stranger's connection: nothing is believed, nothing is thrown. */
    @FuzzTest
    void firstPacket(byte[] octets) {
        VmessServer server = new VmessServer(List.of(ID), () -> NOW, new SplittableRandom(1));
        try {
            // Null is "not whole yet"; a corpus may hold beginnings that were sealed by the user.
            assertThat(server.reader().read(Unpooled.wrappedBuffer(octets))).isNull();
        } catch (MalformedMessageException e) {
            assertThat(octets.length).isGreaterThanOrEqualTo(AuthId.LENGTH);
        }
    }

    /** What a user may have put under his seal. */
    @FuzzTest
    void header(byte[] octets) {
        try {
            RequestHeader header = RequestHeader.decode(octets);
            byte[] again = header.encode(new SplittableRandom(2));
            assertThat(RequestHeader.decode(again).destination()).isEqualTo(header.destination());
        } catch (MalformedMessageException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    /** A stream whose octets are damaged on the way, cut into pieces of every size: what comes out is a beginning of what went in. */
    @FuzzTest
    void damagedStream(byte[] damage) throws Exception {
        RandomGenerator random = new SplittableRandom(damage.length == 0 ? 0 : damage[0] & 3);
        boolean sealedLength = damage.length > 1 && (damage[1] & 1) != 0;
        VmessClient client = new VmessClient(
                ID,
                damage.length > 1 && (damage[1] & 2) != 0 ? Security.CHACHA20_POLY1305 : Security.AES_128_GCM,
                sealedLength,
                () -> NOW,
                random);
        byte[] plain = new byte[700];
        random.nextBytes(plain);
        ByteBuf sent = sent(client, plain);
        VmessServer.Accepted accepted =
                new VmessServer(List.of(ID), () -> NOW, random).reader().read(sent);
        damage(sent, damage);
        EmbeddedChannel server = new EmbeddedChannel();
        server.pipeline().addLast(accepted.body().codec(server.alloc()));
        while (sent.isReadable()) {
            int piece = Math.min(sent.readableBytes(), 1 + random.nextInt(200));
            onlyIo(server.writeOneInbound(sent.readRetainedSlice(piece)).cause());
        }
        byte[] got = received(server);
        assertThat(Arrays.mismatch(got, plain)).isIn(-1, got.length);
        sent.release();
        server.finishAndReleaseAll();
    }

    /** The same in the other direction, from a server that knows the client. */
    @FuzzTest
    void damagedAnswer(byte[] damage) throws Exception {
        RandomGenerator random = new SplittableRandom(damage.length == 0 ? 0 : damage[0] & 3);
        VmessClient client = new VmessClient(
                ID,
                damage.length > 1 && (damage[1] & 2) != 0 ? Security.CHACHA20_POLY1305 : Security.AES_128_GCM,
                damage.length > 1 && (damage[1] & 1) != 0,
                () -> NOW,
                random);
        EmbeddedChannel here = new EmbeddedChannel();
        here.pipeline().addLast(client.codec(Command.TCP, FAR, here.alloc()));
        here.writeOutbound(Unpooled.copiedBuffer(new byte[] {1}));
        ByteBuf request = outbound(here);
        VmessServer.Accepted accepted =
                new VmessServer(List.of(ID), () -> NOW, random).reader().read(request);
        request.release();
        byte[] plain = new byte[500];
        random.nextBytes(plain);
        EmbeddedChannel there = new EmbeddedChannel();
        there.pipeline().addLast(accepted.body().codec(there.alloc()));
        there.writeOutbound(Unpooled.copiedBuffer(plain, 0, 300), Unpooled.copiedBuffer(plain, 300, 200));
        ByteBuf answer = outbound(there);
        damage(answer, damage);
        while (answer.isReadable()) {
            int piece = Math.min(answer.readableBytes(), 1 + random.nextInt(200));
            onlyIo(here.writeOneInbound(answer.readRetainedSlice(piece)).cause());
        }
        answer.release();
        byte[] got = received(here);
        assertThat(Arrays.mismatch(got, plain)).isIn(-1, got.length);
        there.pipeline().remove(ChunkCodec.class);
        there.finishAndReleaseAll();
        here.pipeline().remove(ChunkCodec.class);
        here.finishAndReleaseAll();
    }

    private static void damage(ByteBuf stream, byte[] damage) {
        for (int i = 2; i + 2 < damage.length && stream.isReadable(); i += 3) {
            int at = stream.readerIndex() + ((damage[i] & 0xff) << 8 | damage[i + 1] & 0xff) % stream.readableBytes();
            stream.setByte(at, stream.getByte(at) ^ damage[i + 2]);
        }
    }

    private static void onlyIo(Throwable cause) {
        if (cause != null) {
            assertThat(cause).isInstanceOf(IOException.class);
        }
    }

    private static ByteBuf sent(VmessClient client, byte[] plain) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast(client.codec(Command.TCP, FAR, channel.alloc()));
        for (int at = 0; at < plain.length; at += 100) {
            channel.writeOutbound(Unpooled.copiedBuffer(plain, at, 100));
        }
        channel.pipeline().get(ChunkCodec.class).end();
        ByteBuf all = outbound(channel);
        channel.pipeline().remove(ChunkCodec.class);
        channel.finishAndReleaseAll();
        return all;
    }

    private static ByteBuf outbound(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.writeBytes(next);
            next.release();
        }
        return all;
    }

    private static byte[] received(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            all.writeBytes(next);
            next.release();
        }
        byte[] octets = new byte[all.readableBytes()];
        all.readBytes(octets);
        all.release();
        return octets;
    }

    /** A server that is none: nothing comes out, and no more is kept than has come. */
    @FuzzTest
    void answer(byte[] octets) {
        VmessClient client = new VmessClient(ID, Security.AES_128_GCM, false, () -> NOW, new SplittableRandom(3));
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast(client.codec(Command.TCP, FAR, channel.alloc()));
        onlyIo(channel.writeOneInbound(Unpooled.wrappedBuffer(octets)).cause());
        assertThat(channel.<ByteBuf>readInbound()).isNull();
        channel.pipeline().remove(ChunkCodec.class);
        channel.finishAndReleaseAll();
    }
}
