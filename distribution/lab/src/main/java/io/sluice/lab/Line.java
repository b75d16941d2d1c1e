package io.sluice.lab;

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

    boolean isIpv6() {
        return (ordinal() & 1) != 0;
    }

    /** For the report. */
    String title() {
        return title;
    }
}
