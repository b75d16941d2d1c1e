package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/** What the tests of both ends have in common. */
final class Fixtures {

    static final Instant NOON = Instant.ofEpochSecond(1_700_000_000L);
    static final VmessId ID = VmessId.of("b831381d-6324-4d53-ad4f-8cda48b30811");
    static final VmessId STRANGER = VmessId.of("b831381d-6324-4d53-ad4f-8cda48b30812");
    static final InetSocketAddress NAMED = InetSocketAddress.createUnresolved("example.org", 443);
    static final RandomGenerator RANDOM = new SecureRandom();

    private Fixtures() {}

    static VmessServer server(Instant now) {
        return new VmessServer(List.of(VmessId.of("another"), ID), () -> now, RANDOM);
    }

    static VmessClient client(VmessId id, Security security, boolean sealedLength, Instant now) {
        return new VmessClient(id, security, sealedLength, () -> now, RANDOM);
    }

    static VmessClient client(Instant now) {
        return client(ID, Security.AES_128_GCM, false, now);
    }

    /** One whose timers run when the test says so. */
    static EmbeddedChannel channel() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        return channel;
    }

    /** A channel of a client that has sent the first payload. */
    static EmbeddedChannel dialled(VmessClient client, Command command, byte[] first) {
        EmbeddedChannel channel = channel();
        channel.pipeline().addLast(client.codec(command, command == Command.MUX ? null : NAMED, channel.alloc()));
        channel.writeOutbound(Unpooled.wrappedBuffer(first));
        return channel;
    }

    /** Everything a channel has sent. */
    static byte[] sent(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.writeBytes(next);
            next.release();
        }
        return octets(all);
    }

    /** Everything a channel has received. */
    static byte[] got(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            all.writeBytes(next);
            next.release();
        }
        return octets(all);
    }

    static byte[] octets(ByteBuf all) {
        byte[] octets = new byte[all.readableBytes()];
        all.readBytes(octets);
        all.release();
        return octets;
    }

    /** Lets go of a channel that nobody closed. */
    static void end(EmbeddedChannel channel) {
        if (channel.pipeline().get(ChunkCodec.class) != null) {
            channel.pipeline().remove(ChunkCodec.class);
        }
        channel.finishAndReleaseAll();
    }

    static byte[] random(int length) {
        byte[] octets = new byte[length];
        RANDOM.nextBytes(octets);
        return octets;
    }
}
