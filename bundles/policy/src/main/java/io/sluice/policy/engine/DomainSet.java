package io.sluice.policy.engine;

import java.util.List;

/**
 * Whole names and suffixes of names in one open hash table. The hash runs from a name's end to its beginning, so one pass over a name meets
 * every suffix of whole labels: a look-up costs the name's length, whatever the table holds, and allocates nothing. Immutable.
 */
final class DomainSet {

    /** How an entry matches. */
    enum Kind {
        /** The name itself. */
        FULL,
        /** The name itself and everything below it. */
        SUFFIX
    }

    /** One name of the table, in lower case, without a dot at its end. */
    record Entry(Kind kind, String name) {}

    private final Entry[] table;

    DomainSet(List<Entry> entries) {
        // At most half full.
        table = new Entry[Integer.highestOneBit(Math.max(1, entries.size())) * 4];
        for (Entry entry : entries) {
            int at = slot(hash(entry.name()));
            while (table[at] != null) {
                at = at + 1 & table.length - 1;
            }
            table[at] = entry;
        }
    }

    /** @param name in lower case, without a dot at its end */
    boolean contains(String name) {
        int hash = 0;
        for (int i = name.length() - 1; i >= 0; i--) {
            hash = hash * 31 + name.charAt(i);
            if ((i == 0 || name.charAt(i - 1) == '.') && matches(hash, name, i)) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(int hash, String name, int from) {
        int length = name.length() - from;
        for (int at = slot(hash); table[at] != null; at = at + 1 & table.length - 1) {
            Entry entry = table[at];
            if (entry.name().length() == length
                    && (entry.kind() == Kind.SUFFIX || from == 0)
                    && name.startsWith(entry.name(), from)) {
                return true;
            }
        }
        return false;
    }

    private int slot(int hash) {
        // Fibonacci spreading: neighbouring names differ in few low bits.
        return (hash * 0x9e3779b9 >>> 7) & (table.length - 1);
    }

    private static int hash(String name) {
        int hash = 0;
        for (int i = name.length() - 1; i >= 0; i--) {
            hash = hash * 31 + name.charAt(i);
        }
        return hash;
    }
}
