package io.sluice.netstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunQueue;
import io.sluice.wire.Checksums;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;

/** Takes every packet, and looks at it. */
final class CheckingDevice implements TunQueue {

    @Override
    public int index() {
        return 0;
    }

    @Override
    public Future<Void> start(EventLoop loop, PacketHandler handler) {
        throw new UnsupportedOperationException("the test drives the engine itself");
    }

    @Override
    public Future<Void> stop() {
        throw new UnsupportedOperationException("the test drives the engine itself");
    }

    @Override
    public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
        int length = headers.readableBytes();
        for (int i = 0; i < count; i++) {
            length += payload[i].readableBytes();
        }
        ByteBuffer packet = ByteBuffer.allocate(length);
        packet.put(headers.nioBuffer());
        for (int i = 0; i < count; i++) {
            packet.put(payload[i].nioBuffer());
        }
        packet.flip();
        Verdict verdict = packet.get(0) >> 4 == 4
                ? Ipv4Header.check(packet, 0, length, Checksums.VERIFY)
                : Ipv6Header.check(packet, 0, length);
        assertThat(verdict).isEqualTo(Verdict.OK);
        return true;
    }
}
