package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The second observer's allowed set, packet by packet, and a file that grows. */
class CaptureTest {

    private static final InetAddress BOX = InetAddress.ofLiteral(Places.WAN_GW4);
    private static final InetAddress CLIENT = InetAddress.ofLiteral(Places.LAN_HOST4);
    private static final InetAddress PROXY = InetAddress.ofLiteral(Places.RELAY4);
    private static final InetAddress FAR = InetAddress.ofLiteral("8.8.8.8");

    private static byte[] frame(int type, byte[] packet) {
        return ByteBuffer.allocate(14 + Math.max(46, packet.length))
                .position(12)
                .putShort((short) type)
                .put(packet)
                .array();
    }

    private static byte[] ipv4(int protocol, InetAddress from, InetAddress to, byte[] payload) {
        return frame(0x0800, Packets.ipv4(protocol, from, to, 0, new byte[0], payload));
    }

    private static byte[] tcp(InetAddress from, InetAddress to, int port) {
        return ipv4(6, from, to, Packets.tcp(from, to, 40_000, port, 2, new byte[0]));
    }

    private static byte[] udp(InetAddress from, InetAddress to, int port, byte[] payload) {
        return ipv4(17, from, to, Packets.udp(port == 67 ? 68 : 40_000, port, payload));
    }

    private static byte[] icmp6(int type, String target) {
        ByteBuffer packet = ByteBuffer.allocate(64);
        packet.putInt(0x6000_0000).putShort((short) 24).put((byte) 58).put((byte) 255);
        packet.put(InetAddress.ofLiteral("fe80::1").getAddress());
        packet.put(InetAddress.ofLiteral("ff02::1").getAddress());
        packet.put((byte) type)
                .put(new byte[7])
                .put(InetAddress.ofLiteral(target).getAddress());
        return frame(0x86dd, packet.array());
    }

    @Test
    void questionsToTheLabsNameServers_areInside_ofTheBoxOnly() {
        for (String server : Places.NAME_SERVERS) {
            InetAddress to = InetAddress.ofLiteral(server);
            byte[] query = Packets.dnsQuery(1, "Proxy.LAB.example");
            assertThat(Capture.outside(udp(BOX, to, 53, query))).isEmpty();
            assertThat(Capture.outside(stream(to, query))).isEmpty();
            assertThat(Capture.outside(tcp(BOX, to, 53))).isEmpty();
            assertThat(Capture.outside(udp(CLIENT, to, 53, query))).isPresent();
            assertThat(Capture.outside(udp(BOX, to, 853, query))).isPresent();
            assertThat(Capture.outside(udp(BOX, to, 53, Packets.mark()))).isPresent();
        }
    }

    private static byte[] stream(InetAddress to, byte[] query) {
        byte[] framed = ByteBuffer.allocate(2 + query.length)
                .putShort((short) query.length)
                .put(query)
                .array();
        return ipv4(6, BOX, to, Packets.tcp(BOX, to, 40_000, 53, LeakPackets.ACK, framed));
    }

    /** The filter opens these servers for the appliance's own lookups: what else is asked there is a leak, whoever asks. */
    @Test
    void otherQuestionsToTheLabsNameServers_areOutside() {
        InetAddress to = InetAddress.ofLiteral(Places.NAME_SERVERS.getFirst());
        for (String name :
                List.of("foreign.lab.example", "proxy.lab.example.com", "proxy.lab", "x.proxy.lab.example")) {
            assertThat(Capture.outside(udp(BOX, to, 53, Packets.dnsQuery(1, name))))
                    .as(name)
                    .isPresent();
            assertThat(Capture.outside(stream(to, Packets.dnsQuery(1, name))))
                    .as(name)
                    .isPresent();
        }
        byte[] two = Packets.dnsQuery(1, Places.RELAY_NAME);
        two[5] = 2;
        assertThat(Capture.outside(udp(BOX, to, 53, two))).as("two questions").isPresent();
        assertThat(Capture.outside(udp(BOX, to, 53, new byte[0]))).isPresent();
        assertThat(Capture.outside(stream(to, new byte[0])))
                .as("half a message")
                .isPresent();
    }

    @Test
    void proxysOwnPackets_areInside() {
        assertThat(Capture.outside(tcp(BOX, PROXY, Places.RELAY_PORT))).isEmpty();
        assertThat(Capture.outside(tcp(BOX, PROXY, Places.SECOND_PORT))).isEmpty();
        assertThat(Capture.outside(tcp(BOX, PROXY, Places.CLOCKED_PORT))).isEmpty();
        assertThat(Capture.outside(udp(BOX, PROXY, 40_001, new byte[32]))).isEmpty();
        assertThat(Capture.outside(udp(BOX, InetAddress.ofLiteral("255.255.255.255"), 67, new byte[300])))
                .isEmpty();
    }

    @Test
    void everythingElse_isOutside_andNamed() {
        assertThat(Capture.outside(tcp(CLIENT, PROXY, Places.RELAY_PORT))
                        .orElseThrow()
                        .what())
                .isEqualTo("TCP 192.168.77.10.40000 > 45.90.7.9.1080");
        assertThat(Capture.outside(tcp(BOX, PROXY, 443))).isPresent();
        assertThat(Capture.outside(udp(BOX, FAR, 53, Packets.dnsQuery(1))).orElseThrow())
                .isEqualTo(new Capture.Sighting("UDP 45.80.1.2.40000 > 8.8.8.8.53", OptionalInt.of(Packets.EVERYDAY)));
        assertThat(Capture.outside(udp(BOX, FAR, 53, new byte[32]))
                        .orElseThrow()
                        .mark())
                .isEmpty();
        assertThat(Capture.outside(ipv4(47, BOX, PROXY, Packets.mark()))).isPresent();
        assertThat(Capture.outside(frame(0x8100, new byte[46]))).isPresent();
    }

    @Test
    void canaryToTheProxyWithoutItsHeader_isOutside() {
        assertThat(Capture.outside(udp(BOX, PROXY, 40_001, Packets.mark()))).isPresent();
    }

    /** From ports that the kernel gives to nobody: not the appliance. */
    @Test
    void othersOfTheBox_areOutside_wheresoeverTheySend() {
        byte[] segment = Packets.tcp(BOX, PROXY, Places.STRANGERS_PORTS, Places.RELAY_PORT, 2, new byte[0]);
        assertThat(Capture.outside(ipv4(6, BOX, PROXY, segment))).isPresent();
        byte[] datagram = Packets.udp(65_535, 40_001, new byte[32]);
        assertThat(Capture.outside(ipv4(17, BOX, PROXY, datagram))).isPresent();
    }

    @Test
    void mark_tellsTheClass() {
        byte[] datagram = Packets.udp(40_000, 443, Packets.mark(15));
        assertThat(Capture.outside(ipv4(17, BOX, FAR, datagram)).orElseThrow().mark())
                .hasValue(15);
        byte[] query = Packets.udp(40_000, 53, Packets.dnsQuery(1, 14));
        assertThat(Capture.outside(ipv4(17, BOX, FAR, query)).orElseThrow().mark())
                .hasValue(14);
    }

    @Test
    void neighbours_mayTalk_butNotOfTheTunnel() {
        assertThat(Capture.outside(icmp6(135, "2a0e:1c80:1::1"))).isEmpty();
        assertThat(Capture.outside(icmp6(136, "2a0e:1c80:1::2"))).isEmpty();
        assertThat(Capture.outside(icmp6(136, Places.TUN6))).isPresent();
        assertThat(Capture.outside(icmp6(134, "::"))).isPresent();
        byte[] mac = new byte[6];
        byte[] request = Packets.arpRequest(mac, BOX, FAR);
        assertThat(Capture.outside(request)).isEmpty();
        for (int last = 0; last < 4; last++) {
            assertThat(Capture.outside(icmp6(136, Places.tun6(last)))).isPresent();
            assertThat(Capture.outside(Packets.arpRequest(mac, InetAddress.ofLiteral(Places.tun4(last)), FAR)))
                    .isPresent();
        }
        assertThat(Capture.outside(Packets.arpRequest(mac, InetAddress.ofLiteral("172.19.0.4"), FAR)))
                .isEmpty();
    }

    @Test
    void growingFile_isReadOnWhereItStopped(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("x.pcap");
        Files.write(file, new byte[24]);
        Capture capture = new Capture(file);
        byte[] frame = tcp(BOX, FAR, 443);
        byte[] record = ByteBuffer.allocate(16 + frame.length)
                .order(ByteOrder.nativeOrder())
                .position(8)
                .putInt(frame.length)
                .putInt(frame.length)
                .put(frame)
                .array();
        for (int cut = 0; cut <= record.length; cut += 9) {
            Files.write(file, java.util.Arrays.copyOf(record, cut), StandardOpenOption.APPEND);
            assertThat(capture.newSightings()).as("cut at %d", cut).isEmpty();
            Files.write(file, java.util.Arrays.copyOfRange(record, cut, record.length), StandardOpenOption.APPEND);
            assertThat(capture.newSightings()).hasSize(1);
        }
    }

    @Test
    void kinds_areTheControlsWords() {
        assertThat(Controls.kind("UDP 192.168.77.10.5 > 8.8.8.8.53")).isEqualTo("lan v4 UDP 53");
        assertThat(Controls.kind("ICMPv6 type 128 2a0e:1c80:1:0:0:0:0:2 > 2001:4860:4860:0:0:0:0:8888"))
                .isEqualTo("box v6 ICMP");
    }
}
