package io.sluice.wire.dns;

import io.sluice.wire.Octets;
import java.nio.ByteBuffer;

/**
 * Times to live inside a message that {@link DnsHeader#check} has accepted, read and lowered in place, so that a cache can keep messages as
 * they came. A value with the highest bit set counts as zero (RFC 2181 §8); the OPT record has none (RFC 6891 §6.1.3).
 */
public final class DnsTtl {

    /** {@link #least} of a message without records. */
    public static final int NONE = -1;

    private DnsTtl() {}

    /** The smallest time to live in seconds, 0..2^31-1, or {@link #NONE}. */
    public static int least(ByteBuffer buf, int at) {
        int least = NONE;
        int index = DnsScan.skipQuestions(buf, at);
        for (int left = records(buf, at); left > 0; left--) {
            int fixed = DnsScan.skipName(buf, index);
            if (DnsScan.type(buf, fixed) != DnsType.OPT) {
                int ttl = Math.max(0, buf.getInt(fixed + DnsScan.TTL));
                least = least == NONE ? ttl : Math.min(least, ttl);
            }
            index = DnsScan.dataEnd(buf, fixed);
        }
        return least;
    }

    /** Lowers every time to live by {@code seconds}, to zero at least. */
    public static void age(ByteBuffer buf, int at, int seconds) {
        int index = DnsScan.skipQuestions(buf, at);
        for (int left = records(buf, at); left > 0; left--) {
            int fixed = DnsScan.skipName(buf, index);
            if (DnsScan.type(buf, fixed) != DnsType.OPT) {
                int ttl = Math.max(0, buf.getInt(fixed + DnsScan.TTL));
                Octets.put32(buf, fixed + DnsScan.TTL, Math.max(0, ttl - seconds));
            }
            index = DnsScan.dataEnd(buf, fixed);
        }
    }

    private static int records(ByteBuffer buf, int at) {
        return DnsHeader.answers(buf, at) + DnsHeader.authorities(buf, at) + DnsHeader.additionals(buf, at);
    }
}
