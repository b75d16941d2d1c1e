package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;
import java.util.random.RandomGenerator;

/**
 * Makes chunks of one direction: length, sealed payload, padding. An empty one is the end of the direction.
 *
 * <p>One session, its loop only.
 */
final class ChunkSealer {

    /** Ours: the specification's and Clash's bound of what follows a length (Xray takes 65,535 but makes 8,192). The larger, the fewer. */
    private static final int MAX_BODY = 1 << 14;

    /** Payload of the largest chunk. */
    static final int MAX_PAYLOAD = MAX_BODY - Aead.TAG - ChunkKeys.MAX_PADDING;

    private final ChunkKeys keys;
    private final ShakeStream filling;
    private int chunk;

    /** @param random seeds the padding: it goes in clear text, so it must tell nothing */
    ChunkSealer(ChunkKeys keys, RandomGenerator random) {
        this.keys = keys;
        if (keys.padded()) {
            byte[] seed = new byte[32];
            random.nextBytes(seed);
            filling = new ShakeStream(seed);
        } else {
            filling = null;
        }
    }

    /** What sealing so much takes at most. */
    int bound(int payload) {
        int chunks = Math.max(1, (payload + MAX_PAYLOAD - 1) / MAX_PAYLOAD);
        return payload + chunks * (keys.lengthOctets() + Aead.TAG + ChunkKeys.MAX_PADDING);
    }

    /** Seals everything readable, in as many chunks as it takes; at least one. */
    void seal(ByteBuf payload, ByteBuf out) {
        do {
            sealChunk(payload, Math.min(MAX_PAYLOAD, payload.readableBytes()), out);
        } while (payload.isReadable());
    }

    private void sealChunk(ByteBuf payload, int length, ByteBuf out) {
        Scratch scratch = Scratch.ofThread();
        int padding = keys.nextPadding();
        int body = length + Aead.TAG + padding;
        writeLength(body, scratch, out);
        payload.readBytes(scratch.in(), 0, length);
        keys.payload().seal(ChunkKeys.nonce(keys.iv(), chunk), null, scratch.in(), length, scratch.out(), 0);
        if (padding > 0) {
            filling.fill(scratch.out(), length + Aead.TAG, padding);
        }
        out.writeBytes(scratch.out(), 0, body);
        chunk++;
    }

    private void writeLength(int body, Scratch scratch, ByteBuf out) {
        if (keys.sealedLength() != null) {
            int sealed = body - Aead.TAG;
            scratch.in()[0] = (byte) (sealed >> 8);
            scratch.in()[1] = (byte) sealed;
            keys.sealedLength().seal(ChunkKeys.nonce(keys.lengthIv(), chunk), null, scratch.in(), 2, scratch.out(), 0);
            out.writeBytes(scratch.out(), 0, 2 + Aead.TAG);
        } else {
            out.writeShort(keys.mask() == null ? body : body ^ keys.mask().nextShort());
        }
    }
}
