package io.sluice.proxyserver;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/** Who may use an inbound. Immutable. Shows neither names nor passwords when printed. */
public final class Accounts {

    private static final Accounts OPEN = new Accounts(Map.of(), true);

    /** The same, and another object: it was asked for in so many words. */
    private static final Accounts OPEN_TO_ALL = new Accounts(Map.of(), true);

    private static final Accounts ELSEWHERE = new Accounts(Map.of(), false);

    /** What the password of an unknown user is compared with, so that an unknown user costs what a known one does. */
    private static final byte[] NOBODY = "nobody has this password".getBytes(StandardCharsets.UTF_8);

    private final Map<String, byte[]> passwords;
    private final boolean open;

    private Accounts(Map<String, byte[]> passwords, boolean open) {
        this.passwords = passwords;
        this.open = open;
    }

    /** Everybody on this machine. */
    public static Accounts open() {
        return OPEN;
    }

    /** Everybody who reaches the listener, wherever it listens. */
    public static Accounts openToAll() {
        return OPEN_TO_ALL;
    }

    /** Nobody by name and password: the protocol knows its users by other means. */
    public static Accounts elsewhere() {
        return ELSEWHERE;
    }

    /**
     * @param where begins the error text
     * @param lines {@code user:password}; the user has no colon
     */
    public static Accounts of(String where, String... lines) {
        Map<String, byte[]> passwords = new HashMap<>();
        for (int i = 0; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException(
                        where + "account " + (i + 1) + " is not of the form user:password with a user");
            }
            byte[] password = lines[i].substring(colon + 1).getBytes(StandardCharsets.UTF_8);
            if (passwords.put(lines[i].substring(0, colon), password) != null) {
                throw new IllegalArgumentException(where + "account " + (i + 1) + " names a user for the second time");
            }
        }
        return new Accounts(passwords, false);
    }

    /** Whether no authentication is asked for. */
    public boolean isOpen() {
        return open;
    }

    /** Whether no authentication is asked for, and others than this machine are meant too. */
    public boolean isOpenToAll() {
        return this == OPEN_TO_ALL;
    }

    /** Compares in a time that depends neither on whether the user exists nor on where the password differs. */
    public boolean match(byte[] user, byte[] password) {
        byte[] expected = passwords.get(new String(user, StandardCharsets.UTF_8));
        boolean same = MessageDigest.isEqual(expected == null ? NOBODY : expected, password);
        return same & expected != null;
    }

    @Override
    public String toString() {
        return "Accounts[" + passwords.size() + "]";
    }
}
