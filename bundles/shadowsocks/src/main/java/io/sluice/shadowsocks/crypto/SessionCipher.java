package io.sluice.shadowsocks.crypto;

import io.netty.buffer.ByteBuf;

/**
 * One direction of one stream: a session subkey, and a nonce that counts operations from 0, little-endian (SIP004; SIP022 §3.1.1). A stream
 * ends long before the count can come round.
 *
 * <p>One loop. Buffers are on the heap.
 */
public final class SessionCipher {

    private final Aead aead;
    private final byte[] nonce;

    public SessionCipher(AeadAlgorithm algorithm, byte[] subkey) {
        aead = new Aead(algorithm, subkey);
        nonce = new byte[algorithm.nonceLength()];
    }

    /** Encrypts in place the last {@code length} octets that were written, and adds the tag. */
    public void seal(ByteBuf out, int length) {
        out.ensureWritable(Aead.TAG_LENGTH);
        int end = out.writerIndex();
        aead.seal(nonce, out.array(), out.arrayOffset() + end - length, length);
        out.writerIndex(end + Aead.TAG_LENGTH);
        count();
    }

    /** As {@link Aead#open}. */
    public boolean open(byte[] in, int offset, int length, byte[] out, int outOffset) {
        boolean good = aead.open(nonce, in, offset, length, out, outOffset);
        count();
        return good;
    }

    private void count() {
        for (int i = 0; i < nonce.length && ++nonce[i] == 0; i++) {
            // The carry goes to the next octet.
        }
    }
}
