package io.sluice.proxycodec.vmess;

/** Bits of a request's option octet; {@code common/protocol/headers.go}. */
final class Option {

    /** The payload is in chunks: always, since there is no other form left. */
    static final int CHUNKS = 0x01;

    /** Lengths are masked with a stream of SHAKE128. */
    static final int MASKING = 0x04;

    /** Chunks are padded with 0 to 63 octets. */
    static final int PADDING = 0x08;

    /** Lengths are sealed, instead of masked. */
    static final int SEALED_LENGTH = 0x10;

    private Option() {}
}
