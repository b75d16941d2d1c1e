package io.sluice.proxycodec.socks;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** User name and password as octets (RFC 1929 §2). Shows neither when printed. */
public final class Socks5Credentials {

    private final byte[] user;
    private final byte[] password;

    /** Ownership of both arrays passes. Either may be empty: RFC 1929 §2 says 1 to 255, and servers that want one half only exist. */
    public Socks5Credentials(byte[] user, byte[] password) {
        this.user = Objects.requireNonNull(user, "user");
        this.password = Objects.requireNonNull(password, "password");
        if (user.length > Socks5.MAX_CREDENTIAL_LENGTH || password.length > Socks5.MAX_CREDENTIAL_LENGTH) {
            throw new IllegalArgumentException("user name and password may have 255 octets each in UTF-8 (RFC 1929)");
        }
    }

    /** From text, as UTF-8. */
    public static Socks5Credentials of(String user, String password) {
        return new Socks5Credentials(user.getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8));
    }

    /** Borrowed; not to be changed. */
    public byte[] user() {
        return user;
    }

    /** Borrowed; not to be changed. */
    public byte[] password() {
        return password;
    }

    int length() {
        return 3 + user.length + password.length;
    }

    void write(ByteBuf out) {
        out.writeByte(Socks5.AUTH_VERSION);
        out.writeByte(user.length).writeBytes(user);
        out.writeByte(password.length).writeBytes(password);
    }

    @Override
    public String toString() {
        return "Socks5Credentials[hidden]";
    }
}
