package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.crypto.Aead;

/** Opens what is left of a packet. Its array for ciphertext grows to the longest packet that came. */
final class PacketOpener {

    private final ByteBufAllocator allocator;
    private byte[] sealed = {};

    PacketOpener(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /**
     * @param packet borrowed; taken to its end
     * @return owned by the caller
     */
    ByteBuf open(Aead aead, byte[] nonce, ByteBuf packet) throws FaultException {
        int length = packet.readableBytes();
        if (length < Aead.TAG_LENGTH) {
            throw new FaultException(Fault.SHORT);
        }
        if (sealed.length < length) {
            sealed = new byte[length];
        }
        packet.readBytes(sealed, 0, length);
        ByteBuf body = allocator.heapBuffer(length);
        if (!aead.open(nonce, sealed, 0, length, body.array(), body.arrayOffset())) {
            body.release();
            throw new FaultException(Fault.NOT_GENUINE);
        }
        return body.writerIndex(length - Aead.TAG_LENGTH);
    }
}
