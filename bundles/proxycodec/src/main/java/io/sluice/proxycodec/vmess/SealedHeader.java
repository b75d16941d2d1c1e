package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;
import java.util.random.RandomGenerator;

/**
 * A request's header under its seal ({@code proxy/vmess/aead/encrypt.go}).
 *
 * <pre>
 *  0         16              34      42
 *  +---------+---------------+-------+------------------+
 *  | auth id | sealed length | nonce | sealed header    |     each seal: AES-128-GCM, its tag behind it, the auth id as associated data
 *  +---------+---------------+-------+------------------+
 * </pre>
 */
final class SealedHeader {

    private static final int SEALED_LENGTH = 2 + Aead.TAG;
    private static final int NONCE = 8;

    /** Everything before the sealed header. */
    static final int PREFIX = AuthId.LENGTH + SEALED_LENGTH + NONCE;

    private static final byte[] LENGTH_KEY = Kdf.ascii("VMess Header AEAD Key_Length");
    private static final byte[] LENGTH_IV = Kdf.ascii("VMess Header AEAD Nonce_Length");
    private static final byte[] HEADER_KEY = Kdf.ascii("VMess Header AEAD Key");
    private static final byte[] HEADER_IV = Kdf.ascii("VMess Header AEAD Nonce");

    private SealedHeader() {}

    static int length(byte[] header) {
        return PREFIX + header.length + Aead.TAG;
    }

    static void write(VmessId id, byte[] header, long epochSeconds, RandomGenerator random, ByteBuf out) {
        byte[] authId = AuthId.create(id, epochSeconds, random);
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] length = {(byte) (header.length >> 8), (byte) header.length};
        out.writeBytes(authId);
        seal(id, authId, nonce, LENGTH_KEY, LENGTH_IV, length, out);
        out.writeBytes(nonce);
        seal(id, authId, nonce, HEADER_KEY, HEADER_IV, header, out);
    }

    private static void seal(
            VmessId id, byte[] authId, byte[] nonce, byte[] keyName, byte[] ivName, byte[] plain, ByteBuf out) {
        Kdf kdf = new Kdf();
        byte[] sealed = new byte[plain.length + Aead.TAG];
        Aead.aesGcm(kdf.derive(16, id.commandKey(), keyName, authId, nonce))
                .seal(
                        kdf.derive(Aead.NONCE, id.commandKey(), ivName, authId, nonce),
                        authId,
                        plain,
                        plain.length,
                        sealed,
                        0);
        out.writeBytes(sealed);
    }

    /**
     * The header's length, from a prefix that has come whole; -1 if its seal does not hold.
     *
     * @param prefix at its reader index; untouched
     */
    static int readLength(VmessId id, ByteBuf prefix) {
        byte[] plain = open(id, prefix, LENGTH_KEY, LENGTH_IV, AuthId.LENGTH, SEALED_LENGTH);
        return plain == null ? -1 : (plain[0] & 0xff) << 8 | plain[1] & 0xff;
    }

    /** The header, which has come whole; null if its seal does not hold. Untouched. */
    static byte[] readHeader(VmessId id, ByteBuf in, int length) {
        return open(id, in, HEADER_KEY, HEADER_IV, PREFIX, length + Aead.TAG);
    }

    private static byte[] open(VmessId id, ByteBuf in, byte[] keyName, byte[] ivName, int at, int length) {
        byte[] authId = octets(in, 0, AuthId.LENGTH);
        byte[] nonce = octets(in, PREFIX - NONCE, NONCE);
        byte[] sealed = octets(in, at, length);
        byte[] plain = new byte[length - Aead.TAG];
        Kdf kdf = new Kdf();
        boolean whole = Aead.aesGcm(kdf.derive(16, id.commandKey(), keyName, authId, nonce))
                .open(kdf.derive(Aead.NONCE, id.commandKey(), ivName, authId, nonce), authId, sealed, 0, length, plain);
        return whole ? plain : null;
    }

    static byte[] octets(ByteBuf in, int at, int length) {
        byte[] octets = new byte[length];
        in.getBytes(in.readerIndex() + at, octets);
        return octets;
    }
}
