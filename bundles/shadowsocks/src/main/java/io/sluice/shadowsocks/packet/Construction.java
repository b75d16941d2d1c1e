package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.AeadAlgorithm;
import io.sluice.shadowsocks.crypto.KeyDerivation;

/** How SIP022's two constructions (§3.2.1 with AES, §4.1 with ChaCha) come by key and nonce of a packet's body. */
final class Construction {

    /** §4.1: of XChaCha20. */
    static final int RANDOM_NONCE = 24;

    private Construction() {}

    /** Whether session and number stand before the body, encrypted as one block. */
    static boolean hasSeparateHeader(Method method) {
        return method.algorithm() == AeadAlgorithm.AES_GCM;
    }

    /** With AES under the session's own key; with ChaCha under the pre-shared one. */
    static Aead body(Method method, byte[] key, long session) {
        if (!hasSeparateHeader(method)) {
            return new Aead(AeadAlgorithm.XCHACHA20_POLY1305, key);
        }
        byte[] id = new byte[Long.BYTES];
        for (int i = 0; i < id.length; i++) {
            id[i] = (byte) (session >>> Long.SIZE - Byte.SIZE * (i + 1));
        }
        return new Aead(AeadAlgorithm.AES_GCM, KeyDerivation.sessionSubkey(method, key, id));
    }

    /** §3.2.1: the last 12 octets of the separate header. */
    static byte[] nonce(byte[] array, int offset) {
        byte[] nonce = new byte[12];
        System.arraycopy(array, offset + PacketNumber.LENGTH - nonce.length, nonce, 0, nonce.length);
        return nonce;
    }

    /** §4.1: at the front of a packet. */
    static byte[] randomNonce(ByteBuf packet) throws FaultException {
        if (packet.readableBytes() < RANDOM_NONCE) {
            throw new FaultException(Fault.SHORT);
        }
        byte[] nonce = new byte[RANDOM_NONCE];
        packet.readBytes(nonce);
        return nonce;
    }
}
