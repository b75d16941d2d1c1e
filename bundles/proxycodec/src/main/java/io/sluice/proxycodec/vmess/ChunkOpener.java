package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;

/**
 * Opens chunks of one direction.
 *
 * <p>The end is a chunk as every other: it counts when its tag holds, so that nobody on the way can end a direction for us.
 *
 * <p>One session, its loop only.
 */
final class ChunkOpener {

    /** What {@link #next} found. */
    enum Outcome {
        /** The next chunk has not come whole. */
        INCOMPLETE,
        /** A chunk was opened. */
        CHUNK,
        /** The empty chunk was opened: nothing follows. */
        END,
        /** What came is not what the other end sealed. */
        FORGED
    }

    private final ChunkKeys keys;
    private int chunk;
    private int body = -1;
    private int padding;
    private int payload;

    ChunkOpener(ChunkKeys keys) {
        this.keys = keys;
    }

    /** Takes the next chunk off the front. After {@code END} and {@code FORGED} it is not called again. */
    Outcome next(ByteBuf in) {
        if (body < 0 && !length(in)) {
            return body == FORGED ? Outcome.FORGED : Outcome.INCOMPLETE;
        }
        if (in.readableBytes() < body) {
            return Outcome.INCOMPLETE;
        }
        Scratch scratch = Scratch.ofThread();
        int sealed = body - padding;
        in.readBytes(scratch.in(), 0, sealed).skipBytes(padding);
        boolean whole =
                keys.payload().open(ChunkKeys.nonce(keys.iv(), chunk), null, scratch.in(), 0, sealed, scratch.out());
        body = -1;
        chunk++;
        payload = sealed - Aead.TAG;
        if (!whole) {
            return Outcome.FORGED;
        }
        return payload == 0 ? Outcome.END : Outcome.CHUNK;
    }

    private static final int FORGED = -2;

    /** Octets that a chunk wants from its length on, as far as is known; for who must keep what is incomplete. */
    int wanted() {
        return body < 0 ? keys.lengthOctets() : body;
    }

    private boolean length(ByteBuf in) {
        if (in.readableBytes() < keys.lengthOctets()) {
            return false;
        }
        padding = keys.nextPadding();
        int length;
        if (keys.sealedLength() == null) {
            int masked = in.readUnsignedShort();
            length = keys.mask() == null ? masked : masked ^ keys.mask().nextShort();
        } else {
            Scratch scratch = Scratch.ofThread();
            in.readBytes(scratch.in(), 0, 2 + Aead.TAG);
            boolean whole = keys.sealedLength()
                    .open(ChunkKeys.nonce(keys.lengthIv(), chunk), null, scratch.in(), 0, 2 + Aead.TAG, scratch.out());
            length = whole ? ((scratch.out()[0] & 0xff) << 8 | scratch.out()[1] & 0xff) + Aead.TAG : 0;
        }
        body = length < padding + Aead.TAG || length > 0xffff ? FORGED : length;
        return body != FORGED;
    }

    /** Writes the payload of the chunk that was opened last, before another is opened by this thread. */
    void write(ByteBuf out) {
        out.writeBytes(Scratch.ofThread().out(), 0, payload);
    }

    /** Its octets. */
    int payload() {
        return payload;
    }
}
