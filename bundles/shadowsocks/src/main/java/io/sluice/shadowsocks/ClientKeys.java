package io.sluice.shadowsocks;

import io.sluice.shadowsocks.crypto.IdentityHash;
import java.util.List;

/** What a client has: one key, before it those that identify it to relays and to a server with many users. Immutable; shows no key. */
public final class ClientKeys {

    private final Method method;
    private final List<byte[]> chain;
    private final List<IdentityHash> identities;

    private ClientKeys(Method method, List<byte[]> chain) {
        this.method = method;
        this.chain = chain;
        this.identities = chain.stream().skip(1).map(IdentityHash::of).toList();
    }

    /**
     * @param password a password, or for 2022 keys in Base64 divided by colons
     * @throws IllegalArgumentException what is wrong with it, without it
     */
    public static ClientKeys of(Method method, String password) {
        return new ClientKeys(method, PreSharedKeys.chain(method, password));
    }

    public Method method() {
        return method;
    }

    /** The user's key, which sessions are derived from. Borrowed, not to be changed. */
    public byte[] key() {
        return chain.getLast();
    }

    /** All keys, identity keys first; borrowed, not to be changed. */
    public List<byte[]> chain() {
        return chain;
    }

    /** What the identity headers say, in order: one for each key but the first. */
    public List<IdentityHash> identities() {
        return identities;
    }

    @Override
    public String toString() {
        return method.word();
    }
}
