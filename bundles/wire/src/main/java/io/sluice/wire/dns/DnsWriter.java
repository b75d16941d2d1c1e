package io.sluice.wire.dns;

import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.OctetString;
import io.sluice.wire.Octets;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a message, each name once: later occurrences of a name or its end become a pointer (RFC 1035 §4.1.4). Inside data only the types of
 * RFC 1035 are compressed (RFC 3597 §4).
 */
final class DnsWriter {

    /** A pointer has 14 bits: RFC 1035 §4.1.4. */
    private static final int MAX_POINTER = 0x3fff;

    private final ByteBuffer out;
    private final int at;
    private final int end;
    private final Map<DnsName, Integer> written = new HashMap<>();
    private int index;

    private DnsWriter(ByteBuffer out, int at, int limit) {
        this.out = out;
        this.at = at;
        this.end = at + limit;
    }

    static int write(DnsMessage message, ByteBuffer out, int at, int limit) {
        DnsWriter writer = new DnsWriter(out, at, limit);
        if (writer.message(message, message.flags())) {
            return writer.index - at;
        }
        int truncated = message.flags() | DnsHeader.TC;
        DnsMessage head = reduced(message, message.questions(), message.edns());
        if (writer.message(head, truncated)) {
            return writer.index - at;
        }
        Optional<Edns> bare = message.edns()
                .map(edns ->
                        new Edns(edns.udpPayload(), edns.extendedRcode(), edns.version(), edns.flags(), List.of()));
        if (!writer.message(reduced(message, message.questions(), bare), truncated)) {
            writer.message(reduced(message, List.of(), bare), truncated); // 23 octets, less than any limit
        }
        return writer.index - at;
    }

    private static DnsMessage reduced(DnsMessage message, List<DnsQuestion> questions, Optional<Edns> edns) {
        return new DnsMessage(message.id(), message.flags(), questions, List.of(), List.of(), List.of(), edns);
    }

    /** Writes everything, or returns false at the first thing that does not fit. */
    private boolean message(DnsMessage message, int flags) {
        written.clear();
        index = at + DnsHeader.LENGTH;
        Octets.put16(out, at + DnsHeader.ID, message.id());
        Octets.put16(out, at + DnsHeader.FLAGS, flags);
        Octets.put16(out, at + DnsHeader.QUESTIONS, message.questions().size());
        Octets.put16(out, at + DnsHeader.ANSWERS, message.answers().size());
        Octets.put16(out, at + DnsHeader.AUTHORITIES, message.authorities().size());
        int additionals = message.additionals().size() + (message.edns().isPresent() ? 1 : 0);
        Octets.put16(out, at + DnsHeader.ADDITIONALS, additionals);
        for (DnsQuestion question : message.questions()) {
            if (!question(question)) {
                return false;
            }
        }
        return records(message.answers())
                && records(message.authorities())
                && records(message.additionals())
                && message.edns().map(this::edns).orElse(true);
    }

    private boolean fits(int octets) {
        return octets <= end - index;
    }

    private boolean question(DnsQuestion question) {
        if (!compressed(question.name()) || !fits(DnsScan.QUESTION_FIXED)) {
            return false;
        }
        Octets.put16(out, index, question.type());
        Octets.put16(out, index + 2, question.dnsClass());
        index += DnsScan.QUESTION_FIXED;
        return true;
    }

    private boolean records(List<DnsRecord> records) {
        for (DnsRecord record : records) {
            if (!record(record)) {
                return false;
            }
        }
        return true;
    }

    private boolean record(DnsRecord record) {
        if (!compressed(record.name()) || !fits(DnsScan.FIXED)) {
            return false;
        }
        int fixed = index;
        Octets.put16(out, fixed + DnsScan.TYPE, record.type());
        Octets.put16(out, fixed + DnsScan.CLASS, record.dnsClass());
        Octets.put32(out, fixed + DnsScan.TTL, record.ttl());
        index += DnsScan.FIXED;
        if (!data(record)) {
            return false;
        }
        Octets.put16(out, fixed + DnsScan.DATA_LENGTH, index - fixed - DnsScan.FIXED);
        return true;
    }

    private boolean data(DnsRecord record) {
        return switch (record.data()) {
            case DnsData.Address(IpAddress address) -> address(address);
            // RFC 6672 §2.5: the target of a DNAME is not compressed.
            case DnsData.Target(DnsName name) -> record.type() == DnsType.DNAME ? plain(name) : compressed(name);
            case DnsData.Authority authority -> authority(authority);
            case DnsData.MailExchange(int preference, DnsName exchange) -> word(preference) && compressed(exchange);
            // RFC 2782: "name compression is not to be used for this field".
            case DnsData.Service(int priority, int weight, int port, DnsName target) ->
                word(priority) && word(weight) && word(port) && plain(target);
            case DnsData.Opaque(OctetString octets) -> octets(octets);
        };
    }

    private boolean address(IpAddress address) {
        switch (address) {
            case Ip4Address(int bits) -> {
                if (!fits(4)) {
                    return false;
                }
                out.putInt(index, bits);
                index += 4;
            }
            case Ip6Address(long high, long low) -> {
                if (!fits(16)) {
                    return false;
                }
                out.putLong(index, high);
                out.putLong(index + 8, low);
                index += 16;
            }
        }
        return true;
    }

    private boolean authority(DnsData.Authority authority) {
        if (!compressed(authority.primary()) || !compressed(authority.mailbox()) || !fits(DnsScan.SOA_NUMBERS)) {
            return false;
        }
        out.putInt(index, authority.serial());
        out.putInt(index + 4, authority.refresh());
        out.putInt(index + 8, authority.retry());
        out.putInt(index + 12, authority.expire());
        out.putInt(index + 16, authority.minimum());
        index += DnsScan.SOA_NUMBERS;
        return true;
    }

    private boolean edns(Edns edns) {
        if (!fits(Edns.FIXED_LENGTH)) {
            return false;
        }
        Octets.put8(out, index, 0); // the root
        int fixed = index + 1;
        Octets.put16(out, fixed + DnsScan.TYPE, DnsType.OPT);
        Octets.put16(out, fixed + DnsScan.CLASS, edns.udpPayload());
        Octets.put8(out, fixed + DnsScan.TTL, edns.extendedRcode());
        Octets.put8(out, fixed + DnsScan.TTL + 1, edns.version());
        Octets.put16(out, fixed + DnsScan.TTL + 2, edns.flags());
        index += Edns.FIXED_LENGTH;
        for (Edns.Option option : edns.options()) {
            if (!word(option.code()) || !word(option.data().length()) || !octets(option.data())) {
                return false;
            }
        }
        Octets.put16(out, fixed + DnsScan.DATA_LENGTH, index - fixed - DnsScan.FIXED);
        return true;
    }

    private boolean word(int value) {
        if (!fits(2)) {
            return false;
        }
        Octets.put16(out, index, value);
        index += 2;
        return true;
    }

    private boolean octets(OctetString octets) {
        if (!fits(octets.length())) {
            return false;
        }
        index = octets.put(out, index);
        return true;
    }

    private boolean plain(DnsName name) {
        if (!fits(name.length())) {
            return false;
        }
        for (int from = 0; name.octet(from) != 0; from += name.octet(from) + 1) {
            index = name.putLabel(out, index, from);
        }
        Octets.put8(out, index++, 0);
        return true;
    }

    private boolean compressed(DnsName name) {
        for (DnsName rest = name; !rest.isRoot(); rest = rest.parent()) {
            Integer before = written.get(rest);
            if (before != null) {
                return word(0xc000 | before);
            }
            if (!fits(rest.octet(0) + 1)) {
                return false;
            }
            if (index - at <= MAX_POINTER) {
                written.put(rest, index - at);
            }
            index = rest.putLabel(out, index, 0);
        }
        if (!fits(1)) {
            return false;
        }
        Octets.put8(out, index++, 0);
        return true;
    }
}
