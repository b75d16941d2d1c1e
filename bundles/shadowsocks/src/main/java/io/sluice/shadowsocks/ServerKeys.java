package io.sluice.shadowsocks;

import io.sluice.shadowsocks.crypto.IdentityHash;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a server has: its key, and with identity headers those of its users, found by their hash. Immutable; shows no key.
 *
 * <p>Without users the key is everybody's. With users it only opens the identity header.
 */
public final class ServerKeys {

    /**
     * One who may use it.
     *
     * @param name for rules and people; empty where the key is everybody's
     * @param key borrowed, not to be changed
     */
    public record User(Optional<String> name, byte[] key) {

        @Override
        public String toString() {
            return name.orElse("");
        }
    }

    private final Method method;
    private final User everybody;
    private final Map<IdentityHash, User> users;

    private ServerKeys(Method method, User everybody, Map<IdentityHash, User> users) {
        this.method = method;
        this.everybody = everybody;
        this.users = Map.copyOf(users);
    }

    /**
     * @param users keys by name; empty for a server of one key
     * @throws IllegalArgumentException what is wrong, without any key
     */
    public static ServerKeys of(Method method, String password, Map<String, String> users) {
        byte[] key = PreSharedKeys.key(method, password);
        if (!users.isEmpty() && !method.hasIdentityHeaders()) {
            throw new IllegalArgumentException(
                    "several users need a method with identity headers: 2022-blake3-aes-128-gcm or -aes-256-gcm");
        }
        Map<IdentityHash, User> byHash = new HashMap<>();
        users.forEach((name, text) -> {
            byte[] own;
            try {
                own = PreSharedKeys.key(method, text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("user \"" + name + "\": " + e.getMessage(), e);
            }
            User before = byHash.put(IdentityHash.of(own), new User(Optional.of(name), own));
            if (before != null) {
                throw new IllegalArgumentException("the users \"" + before + "\" and \"" + name + "\" have one key");
            }
        });
        return new ServerKeys(method, new User(Optional.empty(), key), byHash);
    }

    public Method method() {
        return method;
    }

    /** The server's own key; borrowed, not to be changed. */
    public byte[] key() {
        return everybody.key();
    }

    /** Whether requests carry an identity header. */
    public boolean hasUsers() {
        return !users.isEmpty();
    }

    /** Who uses the server's own key. */
    public User everybody() {
        return everybody;
    }

    /** Null if nobody has it. */
    public User user(IdentityHash hash) {
        return users.get(hash);
    }

    @Override
    public String toString() {
        return method.word() + (users.isEmpty() ? "" : " with " + users.size() + " users");
    }
}
