package io.sluice.proxycodec.v2ray;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Who a user is: the 16 octets of a UUID. It is the secret too, so it shows nothing when printed.
 *
 * <p>Any other text of 1 to 30 octets is mapped to a UUID of version 5 (RFC 9562 §5.5) in the name space of all zeros, as Xray does.
 */
public final class UserId {

    public static final int LENGTH = 16;

    /** Xray: longer texts than this are UUIDs or wrong. */
    private static final int LONGEST_NAME = 30;

    private static final int[] GROUPS = {8, 4, 4, 4, 12};

    private final byte[] octets;

    private UserId(byte[] octets) {
        this.octets = octets;
    }

    /**
     * @param text a UUID, its hyphens as one likes, or another name
     * @throws IllegalArgumentException what is wrong, without the text
     */
    public static UserId of(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length >= 32 && utf8.length <= 36) {
            return new UserId(parse(text));
        }
        if (utf8.length == 0 || utf8.length > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "an id is a UUID, or another text of 1 to 30 octets; this one has " + utf8.length + " octets");
        }
        return new UserId(version5(utf8));
    }

    /** @param octets 16; copied */
    public static UserId of(byte[] octets) {
        if (octets.length != LENGTH) {
            throw new IllegalArgumentException("a UUID has 16 octets, not " + octets.length);
        }
        return new UserId(octets.clone());
    }

    private static byte[] parse(String text) {
        StringBuilder digits = new StringBuilder(32);
        int at = 0;
        for (int group : GROUPS) {
            if (at < text.length() && text.charAt(at) == '-') {
                at++;
            }
            if (text.length() - at < group) {
                throw new IllegalArgumentException("a UUID has 32 hexadecimal digits in groups of 8-4-4-4-12");
            }
            digits.append(text, at, at + group);
            at += group;
        }
        try {
            return HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a UUID has only hexadecimal digits and hyphens", e);
        }
    }

    private static byte[] version5(byte[] name) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(new byte[LENGTH]);
            byte[] id = Arrays.copyOf(sha1.digest(name), LENGTH);
            id[6] = (byte) (id[6] & 0x0F | 0x50);
            id[8] = (byte) (id[8] & 0x3F | 0x80);
            return id;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-1", e);
        }
    }

    /** A copy. */
    public byte[] octets() {
        return octets.clone();
    }

    public void write(ByteBuf out) {
        out.writeBytes(octets);
    }

    /** In a time that does not depend on where they differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof UserId id && MessageDigest.isEqual(octets, id.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return "UserId";
    }
}
