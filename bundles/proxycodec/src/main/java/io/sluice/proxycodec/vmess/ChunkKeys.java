package io.sluice.proxycodec.vmess;

/**
 * How the chunks of one direction are sealed.
 *
 * @param payload the cipher of the payload
 * @param iv where its nonces come from
 * @param sealedLength the cipher of the lengths, or null where they are masked or plain
 * @param lengthIv where its nonces come from
 * @param mask of the lengths, and of the amounts of padding; null where they are plain
 * @param padded whether chunks are padded
 */
record ChunkKeys(Aead payload, byte[] iv, Aead sealedLength, byte[] lengthIv, ShakeStream mask, boolean padded) {

    private static final byte[] SEALED_LENGTH = Kdf.ascii("auth_len");

    static ChunkKeys request(RequestHeader header) {
        Session session = header.session();
        return of(header, session.requestKey(), session.requestIv());
    }

    static ChunkKeys response(RequestHeader header) {
        Session session = header.session();
        return of(header, session.responseKey(), session.responseIv());
    }

    private static ChunkKeys of(RequestHeader header, byte[] key, byte[] iv) {
        Session session = header.session();
        // In both directions the lengths' key comes from the request's: so does Xray (encoding/client.go, server.go).
        Aead lengths = (header.options() & Option.SEALED_LENGTH) == 0
                ? null
                : header.security().aead(new Kdf().derive(16, session.requestKey(), SEALED_LENGTH));
        return new ChunkKeys(
                header.security().aead(key),
                iv,
                lengths,
                session.requestIv(),
                (header.options() & Option.MASKING) == 0 ? null : new ShakeStream(iv),
                (header.options() & Option.PADDING) != 0);
    }

    /** The amount of padding of the next chunk. Comes before its length's mask. */
    int nextPadding() {
        return padded ? mask.nextShort() % (MAX_PADDING + 1) : 0;
    }

    /** {@code ShakeSizeParser.NextPaddingLen}: below 64. */
    static final int MAX_PADDING = 63;

    int lengthOctets() {
        return sealedLength == null ? 2 : 2 + Aead.TAG;
    }

    /** Nonce of the chunk with this number: its low 16 bits, then the IV from its third octet on ({@code GenerateChunkNonce}). */
    static byte[] nonce(byte[] iv, int chunk) {
        byte[] nonce = new byte[Aead.NONCE];
        System.arraycopy(iv, 0, nonce, 0, Aead.NONCE);
        nonce[0] = (byte) (chunk >> 8);
        nonce[1] = (byte) chunk;
        return nonce;
    }

    /** Its keys are not for anybody's eyes. */
    @Override
    public String toString() {
        return "ChunkKeys";
    }
}
