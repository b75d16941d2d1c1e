package io.sluice.wire.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.OctetString;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DnsRandomTest {

    private static final int ROUNDS = 1_000_000;

    private final Map<Verdict, Integer> seen = new EnumMap<>(Verdict.class);

    /** What check accepts, parse reads, and what parse reads can be written and read again. */
    @Example
    void check_mutatedMessages_acceptsOnlyWhatCanBeRead() {
        SplittableRandom random = new SplittableRandom(1035);
        List<byte[]> messages = List.copyOf(CapturedMessages.all());
        ByteBuffer out = ByteBuffer.allocate(DnsMessage.MAX_LENGTH);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] octets = messages.get(random.nextInt(messages.size())).clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                octets[random.nextInt(octets.length)] = mutation(random, octets.length);
            }
            int length = random.nextInt(8) == 0 ? random.nextInt(octets.length + 1) : octets.length;
            read(octets, length, out);
        }
        assertThat(seen)
                .containsOnlyKeys(
                        Verdict.OK, Verdict.TRUNCATED, Verdict.BAD_LENGTH, Verdict.BAD_NAME, Verdict.BAD_OPTION);
    }

    @Example
    void check_randomOctets_neverThrows() {
        SplittableRandom random = new SplittableRandom(6891);
        byte[] octets = new byte[96];
        ByteBuffer out = ByteBuffer.allocate(DnsMessage.MAX_LENGTH);
        for (int round = 0; round < ROUNDS; round++) {
            random.nextBytes(octets);
            for (int count = DnsHeader.QUESTIONS; count < DnsHeader.LENGTH; count++) {
                octets[count] &= (byte) ((count & 1) == 0 ? 0 : 3);
            }
            for (int i = 0; i < 12; i++) {
                octets[random.nextInt(DnsHeader.LENGTH, octets.length)] = mutation(random, octets.length);
            }
            read(octets, random.nextInt(octets.length + 1), out);
        }
    }

    private static byte mutation(SplittableRandom random, int length) {
        int[] telling = {0, 0, 1, 2, 5, 6, 12, 28, 33, 41, 63, 64, 0x80, 0xc0, 0xc0, 0xff};
        return (byte)
                switch (random.nextInt(3)) {
                    case 0 -> random.nextInt();
                    case 1 -> random.nextInt(length);
                    default -> telling[random.nextInt(telling.length)];
                };
    }

    private void read(byte[] octets, int length, ByteBuffer out) {
        ByteBuffer buf = ByteBuffer.wrap(octets);
        try {
            Verdict verdict = DnsHeader.check(buf, 0, length);
            seen.merge(verdict, 1, Integer::sum);
            if (verdict == Verdict.OK) {
                DnsMessage message = DnsMessage.parse(buf, 0);
                int written = message.emit(out, 0, DnsMessage.MAX_LENGTH);
                assertThat(DnsHeader.check(out, 0, written)).isEqualTo(Verdict.OK);
                if (!DnsMessage.parse(out, 0).equals(message)) {
                    throw new AssertionError("read again differently: " + message);
                }
                DnsTtl.age(buf, 0, 1 + Math.max(0, DnsTtl.least(buf, 0)));
                assertThat(DnsTtl.least(buf, 0)).isLessThanOrEqualTo(0);
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("on " + HexFormat.of().formatHex(octets, 0, length), e);
        }
    }

    @Property
    void parse_ofEmit_isIdentity(@ForAll("messages") DnsMessage message) {
        ByteBuffer out = ByteBuffer.allocateDirect(DnsMessage.MAX_LENGTH);
        int length = message.emit(out, 0, DnsMessage.MAX_LENGTH);
        assertThat(DnsHeader.check(out, 0, length)).isEqualTo(Verdict.OK);
        assertThat(DnsMessage.parse(out, 0)).isEqualTo(message);
    }

    @Provide
    Arbitrary<DnsMessage> messages() {
        Arbitrary<Integer> words = Arbitraries.integers().between(0, 65_535);
        Arbitrary<DnsQuestion> questions =
                Combinators.combine(names(), words, words).as(DnsQuestion::new);
        Arbitrary<List<DnsRecord>> records = records().list().ofMaxSize(6);
        Arbitrary<Edns> edns = Combinators.combine(
                        words,
                        Arbitraries.integers().between(0, 255),
                        words,
                        Combinators.combine(words, octets())
                                .as(Edns.Option::new)
                                .list()
                                .ofMaxSize(3))
                .as((size, octet, flags, options) -> new Edns(size, octet, 255 - octet, flags, options));
        return Combinators.combine(
                        words, words, questions.list().ofMaxSize(2), records, records, records, edns.optional())
                .as(DnsMessage::new);
    }

    private static Arbitrary<DnsName> names() {
        return Arbitraries.of("a", "b", "www", "Example", "x-1", "a\\.b", "\\000")
                .list()
                .ofMaxSize(5)
                .map(labels -> labels.isEmpty() ? DnsName.ROOT : DnsName.parse(String.join(".", labels)));
    }

    private static Arbitrary<OctetString> octets() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(20).map(OctetString::of);
    }

    private static Arbitrary<DnsRecord> records() {
        Arbitrary<Integer> numbers = Arbitraries.integers();
        Arbitrary<Integer> ttls = Arbitraries.integers().greaterOrEqual(0);
        Arbitrary<Integer> words = Arbitraries.integers().between(0, 65_535);
        Arbitrary<DnsRecord> addresses = Combinators.combine(names(), ttls, numbers, Arbitraries.longs(), words)
                .as((name, ttl, bits, high, even) -> DnsRecord.address(
                        name, ttl, (even & 1) == 0 ? new Ip4Address(bits) : new Ip6Address(high, bits)));
        Arbitrary<DnsRecord> targets = Combinators.combine(
                        names(), Arbitraries.of(DnsType.NS, DnsType.CNAME, DnsType.PTR, DnsType.DNAME), ttls, names())
                .as(DnsRecord::target);
        Arbitrary<DnsRecord> authorities = Combinators.combine(names(), names(), names(), ttls, numbers)
                .as((name, primary, mailbox, ttl, number) -> new DnsRecord(
                        name,
                        DnsType.SOA,
                        DnsType.CLASS_IN,
                        ttl,
                        new DnsData.Authority(primary, mailbox, number, ~number, number / 3, number + 1, ttl)));
        Arbitrary<DnsRecord> services = Combinators.combine(names(), ttls, words, names())
                .as((name, ttl, word, target) -> new DnsRecord(
                        name,
                        DnsType.SRV,
                        DnsType.CLASS_IN,
                        ttl,
                        new DnsData.Service(word, 65_535 - word, word ^ 0xff, target)));
        Arbitrary<DnsRecord> exchanges = Combinators.combine(names(), ttls, words, names())
                .as((name, ttl, word, target) ->
                        new DnsRecord(name, DnsType.MX, DnsType.CLASS_IN, ttl, new DnsData.MailExchange(word, target)));
        Arbitrary<DnsRecord> opaques = Combinators.combine(
                        names(), Arbitraries.of(DnsType.TXT, DnsType.HTTPS, 999, 65_280), words, ttls, octets())
                .as((name, type, dnsClass, ttl, data) ->
                        new DnsRecord(name, type, dnsClass, ttl, new DnsData.Opaque(data)));
        return Arbitraries.oneOf(addresses, targets, authorities, services, exchanges, opaques);
    }
}
