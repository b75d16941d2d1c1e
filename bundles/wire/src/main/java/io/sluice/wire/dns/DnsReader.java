package io.sluice.wire.dns;

import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.OctetString;
import io.sluice.wire.Octets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes an object of a checked message, reading it once from front to back. */
final class DnsReader {

    private final ByteBuffer buf;
    private final int at;
    private int index;
    private Optional<Edns> edns = Optional.empty();

    DnsReader(ByteBuffer buf, int at) {
        this.buf = buf;
        this.at = at;
        this.index = at + DnsHeader.LENGTH;
    }

    DnsMessage message() {
        List<DnsQuestion> questions = questions(DnsHeader.questions(buf, at));
        List<DnsRecord> answers = records(DnsHeader.answers(buf, at));
        List<DnsRecord> authorities = records(DnsHeader.authorities(buf, at));
        List<DnsRecord> additionals = records(DnsHeader.additionals(buf, at));
        return new DnsMessage(
                DnsHeader.id(buf, at), DnsHeader.flags(buf, at), questions, answers, authorities, additionals, edns);
    }

    private List<DnsQuestion> questions(int count) {
        List<DnsQuestion> questions = new ArrayList<>();
        for (int left = count; left > 0; left--) {
            DnsName name = DnsName.read(buf, at, index);
            index = DnsScan.skipName(buf, index);
            questions.add(new DnsQuestion(name, Octets.u16(buf, index), Octets.u16(buf, index + 2)));
            index += DnsScan.QUESTION_FIXED;
        }
        return questions;
    }

    private List<DnsRecord> records(int count) {
        List<DnsRecord> records = new ArrayList<>();
        for (int left = count; left > 0; left--) {
            int fixed = DnsScan.skipName(buf, index);
            if (DnsScan.type(buf, fixed) == DnsType.OPT) {
                edns = Optional.of(edns(fixed));
            } else {
                records.add(new DnsRecord(
                        DnsName.read(buf, at, index),
                        DnsScan.type(buf, fixed),
                        Octets.u16(buf, fixed + DnsScan.CLASS),
                        Math.max(0, buf.getInt(fixed + DnsScan.TTL)), // RFC 2181 §8
                        data(fixed)));
            }
            index = DnsScan.dataEnd(buf, fixed);
        }
        return records;
    }

    private DnsData data(int fixed) {
        int data = fixed + DnsScan.FIXED;
        return switch (DnsScan.kind(buf, fixed)) {
            case DnsType.A -> new DnsData.Address(new Ip4Address(buf.getInt(data)));
            case DnsType.AAAA -> new DnsData.Address(new Ip6Address(buf.getLong(data), buf.getLong(data + 8)));
            case DnsType.NS, DnsType.CNAME, DnsType.PTR, DnsType.DNAME ->
                new DnsData.Target(DnsName.read(buf, at, data));
            case DnsType.SOA -> authority(data);
            case DnsType.MX -> new DnsData.MailExchange(Octets.u16(buf, data), DnsName.read(buf, at, data + 2));
            case DnsType.SRV ->
                new DnsData.Service(
                        Octets.u16(buf, data),
                        Octets.u16(buf, data + 2),
                        Octets.u16(buf, data + 4),
                        DnsName.read(buf, at, data + 6));
            default -> new DnsData.Opaque(OctetString.copyOf(buf, data, DnsScan.dataEnd(buf, fixed) - data));
        };
    }

    private DnsData authority(int data) {
        int mailbox = DnsScan.skipName(buf, data);
        int numbers = DnsScan.skipName(buf, mailbox);
        return new DnsData.Authority(
                DnsName.read(buf, at, data),
                DnsName.read(buf, at, mailbox),
                buf.getInt(numbers),
                buf.getInt(numbers + 4),
                buf.getInt(numbers + 8),
                buf.getInt(numbers + 12),
                buf.getInt(numbers + 16));
    }

    private Edns edns(int fixed) {
        List<Edns.Option> options = new ArrayList<>();
        int end = DnsScan.dataEnd(buf, fixed);
        for (int option = fixed + DnsScan.FIXED; option < end; ) {
            int length = Octets.u16(buf, option + 2);
            options.add(new Edns.Option(Octets.u16(buf, option), OctetString.copyOf(buf, option + 4, length)));
            option += 4 + length;
        }
        return new Edns(
                Octets.u16(buf, fixed + DnsScan.CLASS),
                Octets.u8(buf, fixed + DnsScan.TTL),
                Octets.u8(buf, fixed + DnsScan.TTL + 1),
                Octets.u16(buf, fixed + DnsScan.TTL + 2),
                options);
    }
}
