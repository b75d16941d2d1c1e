package io.sluice.proxyserver.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** What a Proxy-Authorization field says (RFC 7617). Shows nothing when printed. */
final class BasicCredentials {

    private static final String SCHEME = "Basic ";

    private final byte[] user;
    private final byte[] password;

    private BasicCredentials(byte[] user, byte[] password) {
        this.user = user;
        this.password = password;
    }

    /** Null if it is another scheme or malformed. */
    static BasicCredentials parse(String field) {
        if (!field.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        byte[] octets;
        try {
            octets = Base64.getDecoder().decode(field.substring(SCHEME.length()).trim());
        } catch (IllegalArgumentException e) {
            return null;
        }
        for (int i = 0; i < octets.length; i++) {
            // RFC 7617 §2: a user-id containing a colon cannot be encoded, so the first colon ends it.
            if (octets[i] == ':') {
                return new BasicCredentials(Arrays.copyOf(octets, i), Arrays.copyOfRange(octets, i + 1, octets.length));
            }
        }
        return null;
    }

    byte[] user() {
        return user;
    }

    byte[] password() {
        return password;
    }

    String userName() {
        return new String(user, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "BasicCredentials[hidden]";
    }
}
