package io.sluice.lab;

import java.util.OptionalInt;

/** Whose numbered datagrams, and of which family: a tunnel may carry some of these and not the others. */
enum Line {
    CLIENT4("client IPv4"),
    CLIENT6("client IPv6"),
    BOX4("box IPv4"),
    BOX6("box IPv6");

    private final String title;

    Line(String title) {
        this.title = title;
    }

    static Line of(boolean box, boolean ipv6) {
        return values()[(box ? 2 : 0) + (ipv6 ? 1 : 0)];
    }

    /** Whose datagram it is by its first octet behind the mark; none if it is nobody's. */
    static OptionalInt ordinalIn(byte[] payload, int length) {
        if (length != Packets.MARK_LENGTH + Long.BYTES
                || Packets.markAt(payload, 0).isEmpty()) {
            return OptionalInt.empty();
        }
        int ordinal = payload[Packets.MARK_LENGTH];
        return ordinal >= 0 && ordinal < values().length ? OptionalInt.of(ordinal) : OptionalInt.empty();
    }

    /** For the report. */
    String title() {
        return title;
    }
}
