package io.sluice.proxycodec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** What came on a stream and was not taken yet. */
public final class ReceivedBytes {

    private ReceivedBytes() {}

    /**
     * @param held what was there; null if nothing; ownership passes
     * @param more what came behind it; ownership passes
     * @return both in one buffer, owned by the caller
     */
    public static ByteBuf join(ByteBufAllocator allocator, ByteBuf held, ByteBuf more) {
        if (held == null) {
            return more;
        }
        if (!held.isReadable()) {
            held.release();
            return more;
        }
        try {
            return allocator
                    .buffer(held.readableBytes() + more.readableBytes())
                    .writeBytes(held)
                    .writeBytes(more);
        } finally {
            held.release();
            more.release();
        }
    }
}
