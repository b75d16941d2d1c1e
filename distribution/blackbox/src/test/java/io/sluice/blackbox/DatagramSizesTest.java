package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Datagrams of every size go there and back whole, over IPv4 and IPv6: box with the tunnel → hop, a second appliance that is the SOCKS5
 * server → far host; then from the box directly, through the hop as a router.
 */
@NeedsNamespaces
class DatagramSizesTest {

    private static final String FAR4 = "203.0.113.7";
    private static final String FAR6 = "2001:db8:7::7";
    private static final String HOP = "198.18.0.2";

    /** RFC 768 and RFC 791 §3.1: 65,535 octets less an IPv4 and a UDP header. */
    private static final int LARGEST = 65_507;

    /** RFC 1928 §7: the header before each datagram, which shares the room with it. */
    private static final int HEADER4 = 10;

    private static final int HEADER6 = 22;

    /** A datagram may be lost; each is sent this often. */
    private static final int TRIES = 3;

    @Test
    void throughSocksAndDirectly_bothFamilies(@TempDir Path folder) throws Exception {
        try (NetworkNamespace box = NetworkNamespace.create();
                NetworkNamespace hop = NetworkNamespace.create();
                NetworkNamespace far = NetworkNamespace.create()) {
            link(box, hop, far);
            echo(far, FAR4);
            echo(far, FAR6);
            try (BlackBox proxy = new BlackBox(hop, folder.resolve("hop"))
                            .configured(PROXY)
                            .started();
                    BlackBox appliance = new BlackBox(box, folder.resolve("box"))
                            .configured(tunnel("""
                                { "tag": "proxy", "protocol": "socks",
                                  "settings": { "address": "%s", "port": 1080, "user": "demo", "pass": "beyond" } }\
                                """.formatted(HOP)))
                            .started()) {
                appliance.ok("tunnel", "start");
                assertThat(box.exec("ip", "route", "get", FAR4)).contains("sluice0");
                assertThat(box.exec("ip", "-6", "route", "get", FAR6)).contains("sluice0");
                exchange(box, FAR4, LARGEST - HEADER4);
                exchange(box, FAR6, LARGEST - HEADER6);
                appliance.apply(tunnel("{ \"tag\": \"out\", \"protocol\": \"freedom\" }"));
                exchange(box, FAR4, LARGEST);
                exchange(box, FAR6, LARGEST);
                assertThat(proxy.ok("status")).isNotEmpty();
            }
        }
    }

    private static final String PROXY = """
        {
          "inbounds": [{ "tag": "socks", "protocol": "socks", "listen": "%s", "port": 1080,
                         "settings": { "auth": "password", "udp": true,
                                       "accounts": [{ "user": "demo", "pass": "beyond" }] } }],
          "outbounds": [{ "tag": "direct", "protocol": "freedom" }],
          "api": { "listen": "127.0.0.1", "port": 9080 }
        }
        """.formatted(HOP);

    private static String tunnel(String outbound) {
        return """
            {
              "tun": { "name": "sluice0", "mtu": 1500, "address": ["172.19.0.1/30", "fdfe:dcba:9876::1/126"],
                       "routes": { "include": ["203.0.113.0/24", "2001:db8:7::/48"] } },
              "inbounds": [],
              "outbounds": [%s],
              "api": { "listen": "127.0.0.1", "port": 9080 }
            }
            """.formatted(outbound);
    }

    private static void link(NetworkNamespace box, NetworkNamespace hop, NetworkNamespace far) {
        box.link("up0", "198.18.0.1/24", hop, "down0", HOP + "/24");
        hop.link("up1", "198.18.1.1/24", far, "down1", "198.18.1.2/24");
        hop.exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        box.exec("ip", "addr", "add", "fd00:1::1/64", "dev", "up0", "nodad");
        hop.exec("ip", "addr", "add", "fd00:1::2/64", "dev", "down0", "nodad");
        hop.exec("ip", "addr", "add", "fd00:2::1/64", "dev", "up1", "nodad");
        far.exec("ip", "addr", "add", "fd00:2::2/64", "dev", "down1", "nodad");
        far.exec("ip", "addr", "add", FAR4 + "/32", "dev", "lo");
        far.exec("ip", "addr", "add", FAR6 + "/128", "dev", "lo", "nodad");
        box.exec("ip", "route", "add", "default", "via", HOP);
        box.exec("ip", "-6", "route", "add", "default", "via", "fd00:1::2");
        hop.exec("ip", "route", "add", "default", "via", "198.18.1.2");
        hop.exec("ip", "-6", "route", "add", "default", "via", "fd00:2::2");
        far.exec("ip", "route", "add", "default", "via", "198.18.1.1");
        far.exec("ip", "-6", "route", "add", "default", "via", "fd00:2::1");
    }

    /** Port 7, RFC 862; ends with the process, as a daemon. */
    private static void echo(NetworkNamespace far, String address) throws Exception {
        DatagramSocket socket =
                far.call(() -> new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), 7)));
        socket.setSendBufferSize(1 << 20);
        Thread.ofPlatform().daemon().start(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
            try (socket) {
                while (true) {
                    packet.setLength(65_536);
                    socket.receive(packet);
                    socket.send(packet);
                }
            } catch (IOException e) {
                throw new IllegalStateException("the echo at " + address + " failed", e);
            }
        });
    }

    private static void exchange(NetworkNamespace box, String far, int largest) throws Exception {
        try (DatagramSocket socket = box.call(() -> new DatagramSocket())) {
            socket.setSendBufferSize(1 << 20);
            socket.setSoTimeout(10_000);
            // Not connected: the JDK sends no empty datagram by a connected socket.
            InetSocketAddress peer = new InetSocketAddress(InetAddress.ofLiteral(far), 7);
            for (int size : new int[] {0, 1, 1_200, 1_472, 1_473, 9_000, largest}) {
                byte[] sent = new byte[size];
                new Random(size).nextBytes(sent);
                assertThat(comesBack(socket, sent, peer))
                        .as("%d octets to %s and back", size, far)
                        .isTrue();
            }
        }
    }

    private static boolean comesBack(DatagramSocket socket, byte[] sent, InetSocketAddress peer) throws IOException {
        DatagramPacket answer = new DatagramPacket(new byte[65_536], 65_536);
        for (int i = 0; i < TRIES; i++) {
            socket.send(new DatagramPacket(sent, sent.length, peer));
            try {
                answer.setLength(65_536);
                socket.receive(answer);
                if (Arrays.equals(sent, Arrays.copyOf(answer.getData(), answer.getLength()))) {
                    return true;
                }
            } catch (SocketTimeoutException e) {
                // Lost: once more.
            }
        }
        return false;
    }
}
