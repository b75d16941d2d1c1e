package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;

/**
 * A response's header: the session's check octet, options, and a command that servers once used to move clients elsewhere (none now). Sealed like the
 * request's, with keys from the response's ({@code proxy/vmess/encoding/server.go}).
 *
 * <pre>
 *  0               18
 *  +---------------+--------------------------+
 *  | sealed length | sealed: V, opt, cmd, len |
 *  +---------------+--------------------------+
 * </pre>
 */
final class ResponseHeader {

    private static final int SEALED_LENGTH = 2 + Aead.TAG;
    private static final int FIXED = 4;

    /** The longest: four octets and a command's 255. */
    private static final int MAX_LENGTH = FIXED + 255;

    private static final byte[] LENGTH_KEY = Kdf.ascii("AEAD Resp Header Len Key");
    private static final byte[] LENGTH_IV = Kdf.ascii("AEAD Resp Header Len IV");
    private static final byte[] HEADER_KEY = Kdf.ascii("AEAD Resp Header Key");
    private static final byte[] HEADER_IV = Kdf.ascii("AEAD Resp Header IV");

    /** What {@link #write} adds. */
    static final int LENGTH = SEALED_LENGTH + FIXED + Aead.TAG;

    /** What {@link #read} found. */
    enum Outcome {
        INCOMPLETE,
        GOOD,
        FOREIGN
    }

    private ResponseHeader() {}

    static void write(Session session, ByteBuf out) {
        seal(session, LENGTH_KEY, LENGTH_IV, new byte[] {0, FIXED}, out);
        seal(session, HEADER_KEY, HEADER_IV, new byte[] {(byte) session.check(), 0, 0, 0}, out);
    }

    private static void seal(Session session, byte[] keyName, byte[] ivName, byte[] plain, ByteBuf out) {
        Kdf kdf = new Kdf();
        byte[] sealed = new byte[plain.length + Aead.TAG];
        Aead.aesGcm(kdf.derive(16, session.responseKey(), keyName))
                .seal(kdf.derive(Aead.NONCE, session.responseIv(), ivName), null, plain, plain.length, sealed, 0);
        out.writeBytes(sealed);
    }

    /** Takes the header off the front, if it is whole and good; otherwise nothing. */
    static Outcome read(Session session, ByteBuf in) {
        if (in.readableBytes() < SEALED_LENGTH) {
            return Outcome.INCOMPLETE;
        }
        byte[] length = open(session, LENGTH_KEY, LENGTH_IV, SealedHeader.octets(in, 0, SEALED_LENGTH));
        if (length == null) {
            return Outcome.FOREIGN;
        }
        int plain = (length[0] & 0xff) << 8 | length[1] & 0xff;
        if (plain < FIXED || plain > MAX_LENGTH) {
            return Outcome.FOREIGN;
        }
        int whole = SEALED_LENGTH + plain + Aead.TAG;
        if (in.readableBytes() < whole) {
            return Outcome.INCOMPLETE;
        }
        byte[] header = open(session, HEADER_KEY, HEADER_IV, SealedHeader.octets(in, SEALED_LENGTH, plain + Aead.TAG));
        if (header == null || (header[0] & 0xff) != session.check()) {
            return Outcome.FOREIGN;
        }
        in.skipBytes(whole);
        return Outcome.GOOD;
    }

    private static byte[] open(Session session, byte[] keyName, byte[] ivName, byte[] sealed) {
        Kdf kdf = new Kdf();
        byte[] plain = new byte[sealed.length - Aead.TAG];
        boolean whole = Aead.aesGcm(kdf.derive(16, session.responseKey(), keyName))
                .open(kdf.derive(Aead.NONCE, session.responseIv(), ivName), null, sealed, 0, sealed.length, plain);
        return whole ? plain : null;
    }
}
