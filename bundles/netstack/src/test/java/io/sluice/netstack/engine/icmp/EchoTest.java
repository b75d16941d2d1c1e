package io.sluice.netstack.engine.icmp;

import static io.sluice.netstack.engine.Exchange.CLIENT4;
import static io.sluice.netstack.engine.Exchange.CLIENT6;
import static io.sluice.netstack.engine.Exchange.FAR4;
import static io.sluice.netstack.engine.Exchange.FAR6;
import static io.sluice.netstack.engine.Exchange.GATEWAY4;
import static io.sluice.netstack.engine.Exchange.GATEWAY6;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Exchange;
import io.sluice.wire.Checksums;
import io.sluice.wire.Icmp;
import io.sluice.wire.IcmpRepr;
import io.sluice.wire.Icmpv4;
import io.sluice.wire.Icmpv6;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Echo: case TC-59. */
class EchoTest {

    private static final byte[] DATA = "0123456789abcdef!".getBytes();

    static ByteBuffer request(IpAddress from, IpAddress to, byte... data) {
        int type = from instanceof Ip4Address ? Icmpv4.ECHO_REQUEST : Icmpv6.ECHO_REQUEST;
        return PacketComposer.icmp(from, to, IcmpRepr.echo(type, 0xbeef, 7), data);
    }

    static void expectReply(ByteBuffer packet, IpAddress from, IpAddress to, byte[] data) {
        assertThat(Exchange.source(packet)).isEqualTo(from);
        assertThat(Exchange.destination(packet)).isEqualTo(to);
        boolean four = from instanceof Ip4Address;
        int at = four ? 20 : 40;
        int length = packet.limit() - at;
        if (four) {
            assertThat(Ipv4Header.check(packet, 0, packet.limit(), Checksums.VERIFY))
                    .isEqualTo(Verdict.OK);
            assertThat(Icmpv4.check(packet, at, length, Checksums.VERIFY)).isEqualTo(Verdict.OK);
            assertThat(Ipv4Header.ttl(packet, 0)).isEqualTo(64);
        } else {
            assertThat(Ipv6Header.check(packet, 0, packet.limit())).isEqualTo(Verdict.OK);
            assertThat(Icmpv6.check(packet, at, length, Ipv6Header.addressSum(packet, 0), Checksums.VERIFY))
                    .isEqualTo(Verdict.OK);
            assertThat(Ipv6Header.hopLimit(packet, 0)).isEqualTo(64);
        }
        assertThat(Icmp.type(packet, at)).isEqualTo(four ? Icmpv4.ECHO_REPLY : Icmpv6.ECHO_REPLY);
        assertThat(Icmp.identifier(packet, at)).isEqualTo(0xbeef);
        assertThat(Icmp.sequence(packet, at)).isEqualTo(7);
        byte[] echoed = new byte[length - Icmp.BODY];
        packet.get(at + Icmp.BODY, echoed);
        assertThat(echoed).isEqualTo(data);
    }

    static Stream<Arguments> pairs() {
        return Stream.of(
                Arguments.of(CLIENT4, FAR4),
                Arguments.of(CLIENT6, FAR6),
                Arguments.of(CLIENT4, GATEWAY4),
                Arguments.of(CLIENT6, GATEWAY6));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void TC59_request_sameDataAndNumbers(IpAddress client, IpAddress host) {
        try (Exchange x = new Exchange()) {
            x.send(request(client, host, DATA));
            expectReply(x.nextOctets(), host, client, DATA);
            x.expectNothing().expectCounted(Counter.ICMP_ECHO_ANSWERED, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void request_checksumLeftToTheDevice_replyIsWhole(IpAddress client, IpAddress host) {
        try (Exchange x = new Exchange()) {
            ByteBuffer packet = request(client, host, DATA);
            packet.putShort((client instanceof Ip4Address ? 20 : 40) + Icmp.CHECKSUM, (short) 0x1234);
            x.send(packet, new PacketOffload().set(Segmentation.NONE, 0, true, 0));
            expectReply(x.nextOctets(), host, client, DATA);
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void TC59_optionsOfTheRequest_notReturned(IpAddress client, IpAddress host) {
        try (Exchange x = new Exchange()) {
            x.send(withOptions(request(client, host, DATA)));
            expectReply(x.nextOctets(), host, client, DATA);
        }
    }

    /** Eight octets of no-operation, or a destination options header of padding. */
    private static ByteBuffer withOptions(ByteBuffer packet) {
        boolean four = packet.get(0) >> 4 == 4;
        int header = four ? 20 : 40;
        ByteBuffer longer = ByteBuffer.allocate(packet.limit() + 8);
        longer.put(0, packet, 0, header).put(header + 8, packet, header, packet.limit() - header);
        if (four) {
            longer.put(0, (byte) 0x47).putLong(20, 0x0101010101010101L).putShort(10, (short) 0);
            Ipv4Header.putTotalLength(longer, 0, longer.limit());
            longer.putShort(10, (short) 0);
            longer.putShort(10, (short) io.sluice.wire.Checksum.complement(io.sluice.wire.Checksum.sum(longer, 0, 28)));
        } else {
            longer.put(40, (byte) 58)
                    .put(41, (byte) 0)
                    .put(42, (byte) 1)
                    .put(43, (byte) 4)
                    .putInt(44, 0);
            longer.put(6, (byte) 60);
            Ipv6Header.putPayloadLength(longer, 0, longer.limit() - 40);
        }
        return longer;
    }

    @Test
    void offer_answeredLater_sameReply() {
        Exchange.Options options = new Exchange.Options();
        List<EchoOffer> offers = new ArrayList<>();
        options.echo = offers::add;
        try (Exchange x = new Exchange(options)) {
            x.send(request(CLIENT4, FAR4, DATA))
                    .send(request(CLIENT6, FAR6, DATA))
                    .expectNothing();
            assertThat(offers.getFirst().remote()).isEqualTo(Exchange.socket(CLIENT4, 0xbeef));
            assertThat(offers.getFirst().local()).isEqualTo(Exchange.socket(FAR4, 0));
            assertThat(offers.getFirst().dataLength()).isEqualTo(DATA.length);
            x.at(1_000);
            offers.getFirst().reply();
            offers.getFirst().reply();
            expectReply(x.nextOctets(), FAR4, CLIENT4, DATA);
            offers.getLast().reply();
            expectReply(x.nextOctets(), FAR6, CLIENT6, DATA);
            x.expectNothing();
            assertThat(x.engine.memory().usedBytes()).isZero();
        }
    }

    @Test
    void offer_rejectedNowOrLater_unreachableQuotingTheRequest() {
        Exchange.Options options = new Exchange.Options();
        List<EchoOffer> offers = new ArrayList<>();
        options.echo = offer -> {
            offers.add(offer);
            if (offers.size() == 1) {
                offer.reject(CloseReason.UNREACHABLE);
            }
        };
        try (Exchange x = new Exchange(options)) {
            for (int i = 0; i < 2; i++) {
                x.send(request(CLIENT4, FAR4, DATA));
            }
            ByteBuffer now = x.nextOctets();
            x.expectNothing();
            offers.getLast().reject(CloseReason.UNREACHABLE);
            for (ByteBuffer error : List.of(now, x.nextOctets())) {
                assertThat(Exchange.source(error)).isEqualTo(GATEWAY4);
                assertThat(Icmp.type(error, 20)).isEqualTo(Icmpv4.UNREACHABLE);
                assertThat(Icmp.code(error, 20)).isEqualTo(Icmpv4.HOST_UNREACHABLE);
                assertThat(Icmpv4.check(error, 20, error.limit() - 20, Checksums.VERIFY))
                        .isEqualTo(Verdict.OK);
                assertThat(Icmp.identifier(error, 48)).isEqualTo(0xbeef);
            }
        }
    }

    @Test
    void offer_neverAnswered_boundedAndForgotten() {
        Exchange.Options options = new Exchange.Options();
        options.echo = offer -> {};
        try (Exchange x = new Exchange(options)) {
            for (int i = 0; i < 300; i++) {
                x.send(request(CLIENT4, FAR4, DATA));
            }
            x.expectCounted(Counter.ICMP_ECHO_DROPPED, 44);
            assertThat(x.engine.memory().usedBytes()).isPositive();
            x.at(10_002).expectNothing().expectCounted(Counter.ICMP_ECHO_DROPPED, 300);
            assertThat(x.engine.memory().usedBytes()).isZero();
        }
    }

    @Test
    void reply_orBadChecksum_silence() {
        try (Exchange x = new Exchange()) {
            x.send(PacketComposer.icmp(CLIENT4, FAR4, IcmpRepr.echo(Icmpv4.ECHO_REPLY, 1, 1), DATA));
            ByteBuffer bad = request(CLIENT4, FAR4, DATA);
            bad.put(30, (byte) (bad.get(30) + 1));
            x.send(bad).expectNothing().expectCounted(Counter.ICMP_IGNORED, 1);
            assertThat(x.engine.counters().of(Verdict.BAD_CHECKSUM)).isEqualTo(1);
        }
    }
}
