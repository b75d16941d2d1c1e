package io.sluice.netstack.engine.udp;

import static io.sluice.netstack.engine.Exchange.CLIENT4;
import static io.sluice.netstack.engine.Exchange.CLIENT6;
import static io.sluice.netstack.engine.Exchange.FAR4;
import static io.sluice.netstack.engine.Exchange.FAR6;
import static io.sluice.netstack.engine.Exchange.socket;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Exchange;
import io.sluice.wire.Checksums;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.Ipv6Header;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.UdpHeader;
import io.sluice.wire.UdpRepr;
import io.sluice.wire.Verdict;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a mapping: cases TC-66, TC-72, and datagrams in both directions. */
class UdpSessionTest {

    static ByteBuffer datagram(IpAddress from, int port, IpAddress to, int toPort, String text) {
        return PacketComposer.udp(from, to, new UdpRepr(port, toPort), text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ByteBuffer request(String text) {
        return datagram(CLIENT4, 5000, FAR4, 53, text);
    }

    /** Checks everything of a datagram over either family and returns its payload. */
    static String payload(ByteBuffer packet, IpAddress from, int port, IpAddress to, int toPort) {
        assertThat(Exchange.source(packet)).isEqualTo(from);
        assertThat(Exchange.destination(packet)).isEqualTo(to);
        boolean four = from instanceof Ip4Address;
        int at = four ? 20 : 40;
        int length = packet.limit() - at;
        if (four) {
            assertThat(Ipv4Header.check(packet, 0, packet.limit(), Checksums.VERIFY))
                    .isEqualTo(Verdict.OK);
            assertThat(UdpHeader.check4(packet, at, length, Ipv4Header.addressSum(packet, 0), Checksums.VERIFY))
                    .isEqualTo(Verdict.OK);
        } else {
            assertThat(Ipv6Header.check(packet, 0, packet.limit())).isEqualTo(Verdict.OK);
            assertThat(UdpHeader.check6(packet, at, length, Ipv6Header.addressSum(packet, 0), Checksums.VERIFY))
                    .isEqualTo(Verdict.OK);
        }
        assertThat(UdpHeader.sourcePort(packet, at)).isEqualTo(port);
        assertThat(UdpHeader.destinationPort(packet, at)).isEqualTo(toPort);
        byte[] octets = new byte[UdpHeader.payloadLength(packet, at)];
        packet.get(at + UdpHeader.LENGTH, octets);
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    @Test
    void datagram_answered_bothFamilies() {
        try (Exchange x = new Exchange()) {
            x.send(datagram(CLIENT4, 5000, FAR4, 53, "question"));
            assertThat(x.received).singleElement().satisfies(r -> {
                assertThat(new String(r.octets(), StandardCharsets.ISO_8859_1)).isEqualTo("question");
                assertThat(r.peer()).isEqualTo(socket(FAR4, 53));
                assertThat(r.segmentSize()).isZero();
            });
            assertThat(x.batches).isEqualTo(1);
            x.session().send(Unpooled.directBuffer().writeBytes("answer".getBytes()), 0, socket(FAR4, 53));
            x.session().flush();
            assertThat(payload(x.nextOctets(), FAR4, 53, CLIENT4, 5000)).isEqualTo("answer");

            x.send(datagram(CLIENT6, 5000, FAR6, 53, "six"));
            x.session().send(Unpooled.directBuffer().writeBytes("seven".getBytes()), 0, socket(FAR6, 53));
            x.session().flush();
            assertThat(payload(x.nextOctets(), FAR6, 53, CLIENT6, 5000)).isEqualTo("seven");
        }
    }

    @Test
    void TC66_twentyDestinations_oneMapping() {
        try (Exchange x = new Exchange()) {
            Set<InetSocketAddress> peers = new HashSet<>();
            for (int i = 1; i <= 20; i++) {
                x.send(datagram(CLIENT4, 5000, Exchange.address("198.51.100." + i), 1_000 + i, "x"));
                peers.add(x.received.getLast().peer());
            }
            assertThat(x.sessions).hasSize(1);
            assertThat(peers).hasSize(20);
            // whoever answers reaches the client: filtering is the outbound's
            x.session().send(Unpooled.directBuffer().writeByte('y'), 0, socket(FAR4, 9));
            x.session().flush();
            assertThat(payload(x.nextOctets(), FAR4, 9, CLIENT4, 5000)).isEqualTo("y");
        }
    }

    @Test
    void TC66_idle_survives2Minutes_endsAfter5() {
        try (Exchange x = new Exchange()) {
            x.send(request("a")).at(120_000).send(request("b"));
            assertThat(x.sessions).hasSize(1);
            x.at(120_000 + 299_000);
            assertThat(x.ended).isEmpty();
            x.send(request("outbound refresh")).at(120_000 + 301_000);
            assertThat(x.ended).isEmpty();
            x.at(120_000 + 299_000 + 300_002);
            assertThat(x.ended).containsExactly(CloseReason.IDLE);
            assertThat(x.udp.sessions()).isZero();
            x.send(request("c"));
            assertThat(x.sessions).hasSize(2);
        }
    }

    @Test
    void TC72_tableFull_evictsLeastRecentlyUsedOnlyWhenIdle30s() {
        Exchange.Options options = new Exchange.Options();
        options.maxSessions = 2;
        try (Exchange x = new Exchange(options)) {
            x.send(datagram(CLIENT4, 1, FAR4, 53, "one"));
            x.send(datagram(CLIENT4, 2, FAR4, 53, "two"));
            x.at(20_000).send(datagram(CLIENT4, 3, FAR4, 53, "three"));
            x.expectCounted(Counter.UDP_DROPPED_SESSION_LIMIT, 1);
            assertThat(x.sessions).hasSize(2);
            x.send(datagram(CLIENT4, 1, FAR4, 53, "again"));
            x.at(31_000).send(datagram(CLIENT4, 3, FAR4, 53, "three"));
            x.expectCounted(Counter.UDP_SESSIONS_EVICTED, 1);
            assertThat(x.sessions).hasSize(3);
            assertThat(x.ended).containsExactly(CloseReason.LIMIT_REACHED);
            assertThat(x.sessions.get(1).isEnded())
                    .as("the second was idle for longest")
                    .isTrue();
            assertThat(x.udp.sessions()).isEqualTo(2);
        }
    }

    @Test
    void TC72_tableFull_tenThousandNewcomers_establishedFlowsLoseNothing() {
        Exchange.Options options = new Exchange.Options();
        options.maxSessions = 10;
        try (Exchange x = new Exchange(options)) {
            for (int turn = 0; turn < 100; turn++) {
                x.at(turn * 100L);
                for (int client = 1; client <= 10; client++) {
                    x.send(datagram(CLIENT4, client, FAR4, 53, "x"));
                }
                for (int newcomer = 0; newcomer < 100; newcomer++) {
                    x.send(datagram(CLIENT4, 1_000 + 100 * turn + newcomer, FAR4, 53, "y"));
                }
            }
            assertThat(x.sessions).hasSize(10);
            assertThat(x.received).hasSize(1_000).allMatch(r -> r.octets()[0] == 'x');
            assertThat(x.ended).isEmpty();
            x.expectCounted(Counter.UDP_DROPPED_SESSION_LIMIT, 10_000);
        }
    }

    @Test
    void offered_later_backlogFirstThenLive() {
        Exchange.Options options = new Exchange.Options();
        UdpSession[] offered = new UdpSession[1];
        options.udp = session -> offered[0] = session;
        try (Exchange x = new Exchange(options)) {
            x.send(request("1")).send(request("2")).send(datagram(CLIENT4, 5000, FAR4, 54, "3"));
            assertThat(x.received).isEmpty();
            x.take(offered[0]);
            x.send(request("4"));
            assertThat(x.received).extracting(r -> new String(r.octets())).containsExactly("1", "2", "3", "4");
            assertThat(x.received.get(2).peer().getPort()).isEqualTo(54);
            assertThat(x.engine.memory().usedBytes()).isZero();
        }
    }

    @Test
    void offered_never_backlogBounded() {
        Exchange.Options options = new Exchange.Options();
        options.udp = session -> {};
        try (Exchange x = new Exchange(options)) {
            for (int i = 0; i < 100; i++) {
                x.send(request(""));
            }
            x.expectCounted(Counter.UDP_QUEUE_FULL, 36);
            String large = "x".repeat(1_400);
            for (int i = 0; i < 50; i++) {
                x.send(datagram(CLIENT6, 1, FAR6, 53, large.repeat(45)));
            }
            assertThat(x.engine.memory().usedBytes()).isEqualTo(3 * 63_000);
        }
    }

    @Test
    void receiverThrows_sessionEndsEngineLives() {
        Exchange.Options options = new Exchange.Options();
        CloseReason[] reason = new CloseReason[1];
        options.udp = session -> {
            session.accept(r -> reason[0] = r);
            session.receiver(new io.sluice.api.flow.DatagramReceiver() {
                @Override
                public void datagram(io.netty.buffer.ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                    payload.release();
                    throw new IllegalStateException("on purpose");
                }

                @Override
                public void batchComplete() {}
            });
        };
        try (Exchange x = new Exchange(options)) {
            x.send(request("a"));
            assertThat(reason[0]).isEqualTo(CloseReason.INTERNAL_ERROR);
            x.expectCounted(Counter.INTERNAL_FAULTS, 1);
            assertThat(x.udp.sessions()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void portZero_dropped(int port) {
        try (Exchange x = new Exchange()) {
            x.send(datagram(CLIENT4, port, FAR4, 1 - port, "x")).expectNothing();
            assertThat(x.sessions).isEmpty();
            x.expectCounted(Counter.UDP_PORT_ZERO, 1);
        }
    }

    @Test
    void close_afterSend_stillGoesOut() {
        Exchange.Options options = new Exchange.Options();
        options.offload = new io.sluice.api.tun.OffloadCapabilities(true, true, true, true);
        options.udpIdle = Duration.ofMinutes(2);
        try (Exchange x = new Exchange(options)) {
            x.send(request("a"));
            x.session().send(Unpooled.directBuffer().writeByte('z'), 0, socket(FAR4, 53));
            x.expectNothing();
            x.session().close(CloseReason.REMOTE_ABORTED);
            x.session().close(CloseReason.REMOTE_ABORTED);
            assertThat(x.next().partialChecksum()).isTrue();
            assertThat(x.ended).containsExactly(CloseReason.REMOTE_ABORTED);
            assertThat(x.udp.sessions()).isZero();
        }
    }

    @Test
    void send_nameOrOtherFamily_dropped() {
        try (Exchange x = new Exchange()) {
            x.send(request("a"));
            x.session().send(Unpooled.directBuffer(1), 0, InetSocketAddress.createUnresolved("example.net", 1));
            x.session().send(Unpooled.directBuffer(1), 0, socket(FAR6, 1));
            x.session().flush();
            x.expectNothing().expectCounted(Counter.UDP_SEND_DROPPED, 2);
        }
    }
}
