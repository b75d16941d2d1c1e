package io.sluice.route.spi;

import java.util.OptionalInt;

/**
 * A rule: look a table up for every packet without the mark.
 *
 * @param ipv6 of which family
 * @param priority its place, small first
 * @param exceptMark packets with this mark pass the rule by
 * @param table which table to look up
 * @param suppressLength a result whose prefix is at most this long is passed over; empty takes any
 */
public record PolicyRule(boolean ipv6, long priority, int exceptMark, long table, OptionalInt suppressLength)
        implements HostEntry {

    /** RT_TABLE_MAIN (linux/rtnetlink.h). */
    public static final long MAIN = 254;

    @Override
    public String toString() {
        return "ip " + (ipv6 ? "-6" : "-4") + " rule: " + priority + ": not from all fwmark 0x"
                + Integer.toHexString(exceptMark) + " lookup " + (table == MAIN ? "main" : Long.toString(table))
                + (suppressLength.isPresent() ? " suppress_prefixlength " + suppressLength.getAsInt() : "");
    }
}
