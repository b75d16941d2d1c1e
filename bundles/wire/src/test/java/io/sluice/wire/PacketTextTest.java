package io.sluice.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketTextTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tcp4-syn               | 10.7.0.1.44660 > 10.7.0.2.7000: TCP [S] seq 16621833 win 64240 mss 1460 wscale 10 sackOK TS val 3381249637 ecr 0 data 0, 60 octets
            tcp6-data              | fd07::1.45114 > fd07::2.7000: TCP [PA] seq 1027561600 ack 2819179738 win 64 TS val 3698821486 ecr 122077020 data 12, 84 octets
            udp4                   | 10.7.0.1.51970 > 10.7.0.2.7001: UDP data 8, 36 octets
            udp4-last-fragment     | 10.7.0.1 > 10.7.0.2: UDP fragment 8663 at 2960, 68 octets
            udp6-last-fragment     | fd07::1 > fd07::2: UDP fragment 95dd2d57 at 2896, 160 octets
            icmp4-port-unreachable | 10.7.0.2 > 10.7.0.1: ICMP type 3 code 3 rest 0 data 34, 62 octets
            icmp6-echo-request     | fd07::1 > fd07::2: ICMPv6 type 128 code 0 rest 454a0001 data 8, 56 octets
            """)
    void of_recorded_readsLikeTcpdump(String name, String text) {
        ByteBuffer buf = CapturedPackets.of(name);
        assertThat(PacketText.of(buf, 0, buf.limit())).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tcp4-syn |  0 | not an IP packet, 0 octets
            tcp4-syn | 12 | IPv4 TRUNCATED, 12 octets
            tcp6-syn | 41 | IPv6 TRUNCATED, 41 octets
            """)
    void of_cutPacket_namesTheVerdict(String name, int length, String text) {
        ByteBuffer buf = CapturedPackets.of(name).limit(length);
        assertThat(PacketText.of(buf, 0, length)).isEqualTo(text);
    }

    @Test
    void of_sackBlocks_showsEdges() {
        TcpRepr.Options options = new TcpRepr.Options(
                TcpRepr.Options.NONE.mss(),
                TcpRepr.Options.NONE.windowScale(),
                false,
                TcpRepr.Options.NONE.timestamps(),
                java.util.List.of(new TcpRepr.SackBlock(-1, 5)));
        ByteBuffer buf = PacketComposer.tcp(
                IpAddress.parse("10.7.0.1"),
                IpAddress.parse("10.7.0.2"),
                new TcpRepr(1, 2, 3, 4, TcpHeader.ACK, 5, 0, options),
                new byte[0]);
        assertThat(PacketText.of(buf, 0, buf.limit()))
                .isEqualTo("10.7.0.1.1 > 10.7.0.2.2: TCP [A] seq 3 ack 4 win 5 sack 4294967295:5 data 0, 52 octets");
    }

    @Test
    void of_randomMutations_neverThrows() {
        SplittableRandom random = new SplittableRandom(1);
        for (byte[] octets : CapturedPackets.all()) {
            for (int round = 0; round < 500; round++) {
                byte[] copy = octets.clone();
                copy[random.nextInt(copy.length)] = (byte) random.nextInt();
                int length = random.nextInt(copy.length + 1);
                assertThat(PacketText.of(ByteBuffer.wrap(copy), 0, length)).endsWith(length + " octets");
            }
        }
    }
}
