package io.sluice.tun.linux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunQueue;
import java.io.IOException;

/**
 * Writes a packet from its pieces with one {@code writev}: vnet header, headers, payload parts. The vnet header and the vector live as long
 * as the queue, so a packet allocates nothing. Loop thread only.
 */
final class PacketGather {

    /** Vnet header, headers, payload parts; a part that is itself composite may take the spare ones. */
    private static final int VECTORS = 2 + 2 * TunQueue.MAX_PARTS;

    private final ByteBuf header;
    private final IovArray vector = new IovArray(VECTORS);

    /** @param headerSize octets of the vnet header, 0 without one */
    PacketGather(int headerSize) {
        this.header = Unpooled.directBuffer(Math.max(headerSize, 1)).setZero(0, Math.max(headerSize, 1));
        header.writerIndex(headerSize);
    }

    /** Whether this packet can be written to this device as it is described. */
    boolean accepts(ByteBuf headers, PacketOffload offload) {
        return header.isReadable() ? VnetHeader.write(header, headers, offload) : !offload.partialChecksum;
    }

    /**
     * Writes what {@link #accepts} was asked about.
     *
     * @return octets written, 0 if the device took nothing
     */
    long write(FileDescriptor fd, ByteBuf headers, ByteBuf[] payload, int count) throws IOException {
        vector.clear();
        boolean gathered = (!header.isReadable() || vector.add(header)) && add(headers);
        for (int i = 0; gathered && i < count; i++) {
            gathered = add(payload[i]);
        }
        return gathered
                ? fd.writevAddresses(vector.memoryAddress(0), vector.count())
                : writeCopy(fd, headers, payload, count);
    }

    private boolean add(ByteBuf part) {
        return !part.isReadable() || (part.isDirect() && vector.add(part));
    }

    /** For parts on the heap, or more vectors than there are: gathers by copying. */
    private long writeCopy(FileDescriptor fd, ByteBuf headers, ByteBuf[] payload, int count) throws IOException {
        ByteBuf copy = headers.alloc().directBuffer(header.readableBytes() + headers.readableBytes());
        try {
            copy.writeBytes(header, header.readerIndex(), header.readableBytes());
            copy.writeBytes(headers, headers.readerIndex(), headers.readableBytes());
            for (int i = 0; i < count; i++) {
                copy.writeBytes(payload[i], payload[i].readerIndex(), payload[i].readableBytes());
            }
            vector.clear();
            vector.add(copy);
            return fd.writevAddresses(vector.memoryAddress(0), vector.count());
        } finally {
            copy.release();
        }
    }

    void release() {
        header.release();
        vector.release();
    }
}
