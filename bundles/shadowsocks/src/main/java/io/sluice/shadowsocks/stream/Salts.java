package io.sluice.shadowsocks.stream;

import io.netty.channel.ChannelHandlerContext;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.crypto.KeyDerivation;
import io.sluice.shadowsocks.crypto.SessionCipher;
import java.security.SecureRandom;

/** A stream's salts and what is derived from them. */
final class Salts {

    private Salts() {}

    static byte[] fresh(Method method, SecureRandom random) {
        byte[] salt = new byte[method.saltLength()];
        random.nextBytes(salt);
        return salt;
    }

    static SessionCipher cipher(Method method, byte[] key, byte[] salt) {
        return new SessionCipher(method.algorithm(), KeyDerivation.sessionSubkey(method, key, salt));
    }

    static ChunkReader reader(ChannelHandlerContext ctx, Method method, SessionCipher cipher) {
        return new ChunkReader(method, cipher, ctx.alloc());
    }
}
