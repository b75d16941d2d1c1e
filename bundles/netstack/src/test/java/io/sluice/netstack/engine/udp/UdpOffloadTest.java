package io.sluice.netstack.engine.udp;

import static io.sluice.netstack.engine.Exchange.CLIENT4;
import static io.sluice.netstack.engine.Exchange.CLIENT6;
import static io.sluice.netstack.engine.Exchange.FAR4;
import static io.sluice.netstack.engine.Exchange.FAR6;
import static io.sluice.netstack.engine.Exchange.socket;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import io.sluice.netstack.engine.CapturedQueue;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Exchange;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.PseudoHeader;
import io.sluice.wire.UdpHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Super-packets of datagrams, in and out. */
class UdpOffloadTest {

    private static Exchange capable() {
        Exchange.Options options = new Exchange.Options();
        options.offload = new OffloadCapabilities(true, true, true, true);
        return opened(options);
    }

    private static Exchange opened(Exchange.Options options) {
        Exchange x = new Exchange(options);
        x.send(UdpSessionTest.datagram(CLIENT4, 5000, FAR4, 53, "hello"));
        return x;
    }

    private static ByteBuf octets(char letter, int length) {
        return Unpooled.directBuffer()
                .writeBytes(String.valueOf(letter).repeat(length).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void send(Exchange x, ByteBuf payload, int segmentSize) {
        x.session().send(payload, segmentSize, socket(FAR4, 53));
    }

    private static String text(CapturedQueue.Packet packet) {
        return new String(packet.octets(), 28, packet.octets().length - 28, StandardCharsets.ISO_8859_1);
    }

    @Test
    void superPacketIn_oneBufferWithSegmentSize() {
        try (Exchange x = capable()) {
            ByteBuffer packet = UdpSessionTest.datagram(CLIENT4, 5000, FAR4, 53, "x".repeat(10_000));
            packet.putShort(26, (short) 0x5555); // left to the device
            x.send(packet, new PacketOffload().set(Segmentation.UDP, 1_200, true, 20));
            assertThat(x.received.getLast().octets()).hasSize(10_000);
            assertThat(x.received.getLast().segmentSize()).isEqualTo(1_200);
            x.expectCounted(Counter.UDP_DATAGRAMS_RECEIVED, 1 + 9);
        }
    }

    @Test
    void equalDatagramsOut_gatheredUntilFlush() {
        try (Exchange x = capable()) {
            for (char letter = 'a'; letter <= 'd'; letter++) {
                send(x, octets(letter, 100), 0);
            }
            send(x, octets('e', 30), 0);
            x.expectNothing();
            x.session().flush();
            CapturedQueue.Packet packet = x.next();
            assertThat(packet.segmentation()).isEqualTo(Segmentation.UDP);
            assertThat(packet.segmentSize()).isEqualTo(100);
            assertThat(packet.partialChecksum()).isTrue();
            assertThat(text(packet))
                    .isEqualTo("a".repeat(100) + "b".repeat(100) + "c".repeat(100) + "d".repeat(100) + "e".repeat(30));
            ByteBuffer nio = ByteBuffer.wrap(packet.octets());
            assertThat(UdpHeader.length(nio, 20)).isEqualTo(8 + 430);
            assertThat(UdpHeader.checksum(nio, 20))
                    .isEqualTo(PseudoHeader.complete(Ipv4Header.addressSum(nio, 0), 17, 438));
            x.expectNothing().expectCounted(Counter.UDP_DATAGRAMS_SENT, 5);
        }
    }

    @Test
    void longerOrAfterShorterOrOtherPeer_beginsAnew() {
        try (Exchange x = capable()) {
            send(x, octets('a', 100), 0);
            send(x, octets('b', 101), 0);
            send(x, octets('c', 50), 0);
            send(x, octets('d', 50), 0);
            send(x, Unpooled.EMPTY_BUFFER, 0);
            x.session().send(octets('e', 50), 0, socket(FAR4, 54));
            x.session().flush();
            assertThat(text(x.next())).isEqualTo("a".repeat(100));
            assertThat(text(x.next())).isEqualTo("b".repeat(101) + "c".repeat(50));
            assertThat(text(x.next())).isEqualTo("d".repeat(50));
            assertThat(text(x.next())).isEmpty();
            assertThat(text(x.next())).isEqualTo("e".repeat(50));
            x.expectNothing();
        }
    }

    @Test
    void superBufferOut_onePacketOrCutTo64() {
        try (Exchange x = capable()) {
            send(x, octets('a', 6_400), 100);
            send(x, octets('b', 6_401), 100);
            x.session().flush();
            assertThat(text(x.next())).hasSize(6_400).startsWith("a");
            CapturedQueue.Packet first = x.next();
            assertThat(text(first)).hasSize(6_400).startsWith("b");
            assertThat(first.segmentSize()).isEqualTo(100);
            CapturedQueue.Packet second = x.next();
            assertThat(text(second)).hasSize(1);
            assertThat(second.segmentation()).isEqualTo(Segmentation.NONE);
            x.expectNothing().expectCounted(Counter.UDP_DATAGRAMS_SENT, 64 + 65);
        }
    }

    @Test
    void superBufferOut_deviceWithoutOffload_singleDatagrams() {
        try (Exchange x = opened(new Exchange.Options())) {
            send(x, octets('a', 250), 100);
            assertThat(UdpSessionTest.payload(x.nextOctets(), FAR4, 53, CLIENT4, 5000))
                    .hasSize(100);
            assertThat(UdpSessionTest.payload(x.nextOctets(), FAR4, 53, CLIENT4, 5000))
                    .hasSize(100);
            assertThat(UdpSessionTest.payload(x.nextOctets(), FAR4, 53, CLIENT4, 5000))
                    .hasSize(50);
            x.expectNothing();
        }
    }

    @Test
    void deviceFull_droppedAndCounted() {
        try (Exchange x = capable()) {
            x.queue.full = true;
            send(x, octets('a', 100), 0);
            send(x, octets('a', 100), 0);
            x.session().flush();
            x.queue.full = false;
            x.session().flush();
            x.expectNothing().expectCounted(Counter.UDP_SEND_DROPPED, 2);
        }
    }

    @Test
    void batchComplete_flushesWhatTheUserForgot() {
        try (Exchange x = capable()) {
            send(x, octets('a', 100), 0);
            x.engine.batchComplete(x.nowNanos());
            assertThat(text(x.next())).hasSize(100);
        }
    }

    @Test
    void identification_differs() {
        try (Exchange x = opened(new Exchange.Options())) {
            send(x, octets('a', 1), 0);
            send(x, octets('a', 1), 0);
            assertThat(Ipv4Header.identification(x.nextOctets(), 0))
                    .isNotEqualTo(Ipv4Header.identification(x.nextOctets(), 0));
        }
    }

    @Test
    void pathMtu6_fragmentsAbove() {
        Exchange.Options options = new Exchange.Options();
        try (Exchange x = new Exchange(options)) {
            x.send(UdpSessionTest.datagram(CLIENT6, 5000, FAR6, 53, "hello"));
            x.session().send(octets('a', 1_400), 0, socket(FAR6, 53));
            assertThat(x.nextOctets().limit()).isEqualTo(1_448);
            x.udp.packetTooBig(1_279, x.session().remoteHigh, x.session().remoteLow, 5000);
            x.session().send(octets('a', 1_400), 0, socket(FAR6, 53));
            assertThat(x.nextOctets().limit())
                    .as("an MTU below 1280 is not believed")
                    .isEqualTo(1_448);
            x.udp.packetTooBig(1_300, x.session().remoteHigh, x.session().remoteLow, 5000);
            x.session().send(octets('a', 1_400), 0, socket(FAR6, 53));
            assertThat(x.nextOctets().limit()).isLessThanOrEqualTo(1_300);
            assertThat(x.nextOctets().limit()).isLessThanOrEqualTo(1_300);
            x.expectNothing();
        }
    }
}
