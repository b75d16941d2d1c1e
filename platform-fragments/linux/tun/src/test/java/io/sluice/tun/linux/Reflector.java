package io.sluice.tun.linux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunQueue;
import java.util.concurrent.CompletableFuture;

/** Answers echo requests of both families in place, as the host at the other end would. */
final class Reflector implements PacketHandler {

    private static final ByteBuf[] NO_PAYLOAD = {};

    private final TunQueue queue;
    final CompletableFuture<TunException> failure = new CompletableFuture<>();

    Reflector(TunQueue queue) {
        this.queue = queue;
    }

    @Override
    public void packet(ByteBuf packet, PacketOffload offload) {
        int ip = packet.readerIndex();
        boolean ipv4 = packet.getByte(ip) >> 4 == 4;
        int transport = ip + (ipv4 ? (packet.getByte(ip) & 15) * 4 : 40);
        int protocol = packet.getUnsignedByte(ip + (ipv4 ? 9 : 6));
        int type = packet.getUnsignedByte(transport);
        if (protocol == 1 && type == 8) {
            answer(packet, ip + 12, 4, transport, 0, 0x0800);
        } else if (protocol == 58 && type == 128) {
            answer(packet, ip + 8, 16, transport, 129, -0x0100);
        }
    }

    /** RFC 1624: the checksum changes by the negated change of the type octet. */
    private void answer(ByteBuf packet, int source, int size, int icmp, int type, int change) {
        ByteBuf address = Unpooled.buffer(size);
        packet.getBytes(source, address, size);
        packet.setBytes(source, packet, source + size, size);
        packet.setBytes(source + size, address, size);
        packet.setByte(icmp, type);
        int sum = packet.getUnsignedShort(icmp + 2) + change;
        packet.setShort(icmp + 2, sum > 0xffff ? sum - 0xffff : sum < 0 ? sum + 0xffff : sum);
        queue.write(packet, NO_PAYLOAD, 0, new PacketOffload());
    }

    @Override
    public void batchComplete() {}

    @Override
    public void writable() {}

    @Override
    public void failed(TunException cause) {
        failure.complete(cause);
    }
}
