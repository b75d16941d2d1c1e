package io.sluice.shadowsocks.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.SessionCipher;

/**
 * Opens the chunks of one direction.
 *
 * <pre>
 * +------------------------+---------------------------+
 * | encrypted length chunk |  encrypted payload chunk  |
 * +------------------------+---------------------------+
 * |  2 octets + 16 of tag  | variable length + 16 tag  |
 * +------------------------+---------------------------+
 * </pre>
 *
 * Memory: a payload chunk that comes in pieces is gathered in one heap buffer of the length that a genuine length chunk announced, and before that 18
 * octets. The ciphertext goes into the cipher from an array of the thread, so that it is never in the array that the plaintext goes to, see {@link Aead#open}.
 */
final class ChunkReader {

    static final int LENGTH_CHUNK = 2 + Aead.TAG_LENGTH;

    /** Of the longest chunk that two octets can announce. Of the JDK, and a class of the JDK: what Netty's keeps for a thread holds the bundle too. */
    private static final ThreadLocal<byte[]> CIPHERTEXT =
            ThreadLocal.withInitial(() -> new byte[0xFFFF + Aead.TAG_LENGTH]);

    private final int maxChunk;
    private final SessionCipher cipher;
    private final ByteBufAllocator allocator;
    private final byte[] lengthChunk = new byte[LENGTH_CHUNK];
    private final byte[] length = new byte[2];
    private int gathered;
    /** Octets of the payload chunk that is next, with its tag; 0 while its length is awaited. */
    private int wanted;
    /** What has come of it, if not all; otherwise null. */
    private ByteBuf pieces;

    ChunkReader(Method method, SessionCipher cipher, ByteBufAllocator allocator) {
        this.maxChunk = method.edition().maxChunk();
        this.cipher = cipher;
        this.allocator = allocator;
    }

    /** A header announced it: a payload chunk of that many octets is next, without a length chunk. */
    void expectPayload(int octets) {
        wanted = octets + Aead.TAG_LENGTH;
    }

    /**
     * Takes what it needs.
     *
     * @param in borrowed
     * @return the payload of one chunk, owned by the caller; null if {@code in} ended before
     * @throws FaultException for good: nothing more can be read
     */
    ByteBuf read(ByteBuf in) throws FaultException {
        while (in.isReadable()) {
            if (wanted == 0) {
                readLength(in);
            } else if (pieces == null && in.readableBytes() >= wanted) {
                return open(in);
            } else if (gather(in)) {
                try {
                    return open(pieces);
                } finally {
                    release();
                }
            }
        }
        return null;
    }

    /** Whether the chunk is whole now. */
    private boolean gather(ByteBuf in) {
        if (pieces == null) {
            pieces = allocator.heapBuffer(wanted, wanted);
        }
        pieces.writeBytes(in, Math.min(in.readableBytes(), pieces.writableBytes()));
        return !pieces.isWritable();
    }

    private void readLength(ByteBuf in) throws FaultException {
        int some = Math.min(in.readableBytes(), LENGTH_CHUNK - gathered);
        in.readBytes(lengthChunk, gathered, some);
        gathered += some;
        if (gathered < LENGTH_CHUNK) {
            return;
        }
        gathered = 0;
        if (!cipher.open(lengthChunk, 0, LENGTH_CHUNK, length, 0)) {
            throw new FaultException(Fault.NOT_GENUINE);
        }
        int octets = (length[0] & 0xFF) << 8 | length[1] & 0xFF;
        if (octets > maxChunk) {
            throw new FaultException(Fault.LENGTH);
        }
        expectPayload(octets);
    }

    private ByteBuf open(ByteBuf sealed) throws FaultException {
        byte[] ciphertext = CIPHERTEXT.get();
        int whole = wanted;
        wanted = 0;
        sealed.readBytes(ciphertext, 0, whole);
        int octets = whole - Aead.TAG_LENGTH;
        ByteBuf plaintext = allocator.heapBuffer(Math.max(1, octets));
        boolean good = false;
        try {
            good = cipher.open(ciphertext, 0, whole, plaintext.array(), plaintext.arrayOffset());
        } finally {
            if (!good) {
                plaintext.release();
            }
        }
        if (!good) {
            throw new FaultException(Fault.NOT_GENUINE);
        }
        return plaintext.writerIndex(octets);
    }

    /** Whether a FIN here is the orderly end. */
    boolean isAtBoundary() {
        return wanted == 0 && gathered == 0;
    }

    void release() {
        if (pieces != null) {
            pieces.release();
            pieces = null;
        }
    }
}
