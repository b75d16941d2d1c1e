package io.sluice.tun.linux;

import io.netty.buffer.ByteBuf;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunQueue;

/** Carries each packet of one queue to another, super-packets whole: a wire between two namespaces. */
final class Forwarder implements PacketHandler {

    private static final int HEADERS = 40;

    private final TunQueue to;
    private final ByteBuf[] payload = new ByteBuf[1];
    private final PacketOffload out = new PacketOffload();
    volatile long tcpSuperPackets;
    volatile long udpSuperPackets;
    volatile long packets;

    Forwarder(TunQueue to) {
        this.to = to;
    }

    @Override
    public void packet(ByteBuf packet, PacketOffload offload) {
        packets++;
        if (offload.segmentation == Segmentation.TCP) {
            tcpSuperPackets++;
        } else if (offload.segmentation == Segmentation.UDP) {
            udpSuperPackets++;
        }
        int ip = packet.readerIndex();
        int transport = packet.getByte(ip) >> 4 == 4 ? (packet.getByte(ip) & 15) * 4 : HEADERS;
        out.set(offload.segmentation, offload.segmentSize, offload.partialChecksum, transport);
        // Cut behind all headers, so that the gathering is at work.
        int cut = Math.min(packet.readableBytes(), transport + 60);
        ByteBuf headers = packet.slice(ip, cut);
        payload[0] = packet.slice(ip + cut, packet.readableBytes() - cut);
        to.write(headers, payload, 1, out);
    }

    @Override
    public void batchComplete() {}

    @Override
    public void writable() {}

    @Override
    public void failed(TunException cause) {}
}
