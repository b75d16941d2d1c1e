package io.sluice.shadowsocks.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.shadowsocks.crypto.SessionCipher;

/** Messages of somebody who has the key and does not keep to the rules. */
final class Forged {

    private Forged() {}

    /** SIP022's request, field by field. */
    static final class Request {

        private final StreamRig rig;
        private final byte[] salt;
        int type;
        long time;
        int padding = 10;
        int announcedPadding = -1;
        int payload = 5;

        Request(StreamRig rig) {
            this.rig = rig;
            this.salt = Salts.fresh(rig.method, rig.random);
            this.time = rig.epoch;
        }

        byte[] octets() {
            ByteBuf out = Unpooled.buffer().writeBytes(salt);
            SessionCipher cipher = cipher(rig, salt);
            int variable = Socks5Address.length(StreamRig.DESTINATION) + 2 + padding + payload;
            out.writeByte(type).writeLong(time).writeShort(variable);
            cipher.seal(out, 11);
            Socks5Address.write(StreamRig.DESTINATION, out);
            out.writeShort(announcedPadding < 0 ? padding : announcedPadding)
                    .writeZero(padding)
                    .writeZero(payload);
            cipher.seal(out, variable);
            return bytes(out);
        }
    }

    /** SIP022's response. */
    static byte[] response(StreamRig rig, int type, long time, byte[] requestSalt) {
        byte[] salt = Salts.fresh(rig.method, rig.random);
        ByteBuf out = Unpooled.buffer().writeBytes(salt);
        SessionCipher cipher = cipher(rig, salt);
        out.writeByte(type).writeLong(time).writeBytes(requestSalt).writeShort(3);
        cipher.seal(out, 11 + requestSalt.length);
        out.writeZero(3);
        cipher.seal(out, 3);
        return bytes(out);
    }

    /** SIP004 with any length. */
    static byte[] aeadRequest(StreamRig rig, int length) {
        byte[] salt = Salts.fresh(rig.method, rig.random);
        ByteBuf out = Unpooled.buffer().writeBytes(salt).writeShort(length);
        SessionCipher cipher = cipher(rig, salt);
        cipher.seal(out, 2);
        return bytes(out);
    }

    /** SIP004, these chunks. */
    static byte[] chunks(StreamRig rig, byte[]... chunks) {
        byte[] salt = Salts.fresh(rig.method, rig.random);
        ByteBuf out = Unpooled.buffer().writeBytes(salt);
        SessionCipher cipher = cipher(rig, salt);
        for (byte[] chunk : chunks) {
            cipher.seal(out.writeShort(chunk.length), 2);
            cipher.seal(out.writeBytes(chunk), chunk.length);
        }
        return bytes(out);
    }

    private static SessionCipher cipher(StreamRig rig, byte[] salt) {
        return Salts.cipher(rig.method, rig.client.keys().key(), salt);
    }

    private static byte[] bytes(ByteBuf out) {
        byte[] octets = new byte[out.readableBytes()];
        out.readBytes(octets).release();
        return octets;
    }
}
