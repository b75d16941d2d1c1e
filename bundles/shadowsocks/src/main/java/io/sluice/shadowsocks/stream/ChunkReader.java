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
 * Memory: ciphertext is gathered in one heap buffer of the length that a genuine length chunk announced, and opened into another one. Before
 * that, 18 octets.
 */
final class ChunkReader {

    static final int LENGTH_CHUNK = 2 + Aead.TAG_LENGTH;

    private final int maxChunk;
    private final SessionCipher cipher;
    private final ByteBufAllocator allocator;
    private final byte[] lengthChunk = new byte[LENGTH_CHUNK];
    private final byte[] length = new byte[2];
    private int gathered;
    /** Gathers a payload chunk; null while the length is awaited. */
    private ByteBuf sealed;

    private int wanted;

    ChunkReader(Method method, SessionCipher cipher, ByteBufAllocator allocator) {
        this.maxChunk = method.edition().maxChunk();
        this.cipher = cipher;
        this.allocator = allocator;
    }

    /** A header announced it: a payload chunk of that many octets is next, without a length chunk. */
    void expectPayload(int octets) {
        wanted = octets + Aead.TAG_LENGTH;
        sealed = allocator.heapBuffer(wanted, wanted);
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
            if (sealed == null) {
                readLength(in);
            } else {
                sealed.writeBytes(in, Math.min(in.readableBytes(), wanted - sealed.readableBytes()));
                if (sealed.readableBytes() == wanted) {
                    return open();
                }
            }
        }
        return null;
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

    private ByteBuf open() throws FaultException {
        ByteBuf ciphertext = sealed;
        sealed = null;
        int octets = wanted - Aead.TAG_LENGTH;
        ByteBuf plaintext = allocator.heapBuffer(Math.max(1, octets));
        boolean good = false;
        try {
            good = cipher.open(
                    ciphertext.array(),
                    ciphertext.arrayOffset() + ciphertext.readerIndex(),
                    wanted,
                    plaintext.array(),
                    plaintext.arrayOffset());
        } finally {
            ciphertext.release();
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
        return sealed == null && gathered == 0;
    }

    void release() {
        if (sealed != null) {
            sealed.release();
            sealed = null;
        }
    }
}
