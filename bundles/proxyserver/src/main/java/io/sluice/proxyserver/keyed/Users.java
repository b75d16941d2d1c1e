package io.sluice.proxyserver.keyed;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who may use an inbound, by key. Immutable; any thread. Shows nothing when printed.
 *
 * <p>Looked up by a salted hash: how long that takes depends on what a stranger sends in no way that he could learn from, for he can neither
 * choose nor know a hash (SHA-256 of 32 random octets and the key).
 */
public final class Users {

    /** A user; without a name if none is configured. */
    public record User(Optional<String> name) {}

    private record Digest(byte[] octets) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Digest(byte[] others) && MessageDigest.isEqual(octets, others);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(octets);
        }
    }

    private final byte[] salt = new byte[32];
    private final Map<Digest, User> users = new HashMap<>();

    /**
     * @param names one for each key; empty for none
     * @throws IllegalArgumentException if two users have one key
     */
    public Users(String where, byte[][] keys, String[] names) {
        new SecureRandom().nextBytes(salt);
        if (keys.length == 0) {
            throw new IllegalArgumentException(where + "there are no users, so nobody could use it; add at least one");
        }
        for (int i = 0; i < keys.length; i++) {
            String name = i < names.length ? names[i] : "";
            User user = new User(name.isEmpty() ? Optional.empty() : Optional.of(name));
            if (users.put(digest(keys[i]), user) != null) {
                throw new IllegalArgumentException(where + "user " + (i + 1) + " has the key of another one");
            }
        }
    }

    /** Null if nobody has this key. */
    public User find(byte[] key) {
        return users.get(digest(key));
    }

    private Digest digest(byte[] key) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(salt);
            return new Digest(sha256.digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "Users[" + users.size() + "]";
    }
}
