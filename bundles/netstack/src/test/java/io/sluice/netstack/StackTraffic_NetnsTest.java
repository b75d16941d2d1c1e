package io.sluice.netstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.netns.NetworkNamespace;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's ping and UDP against the stack on a real TUN device. */
@Tag("netns")
class StackTraffic_NetnsTest {

    @BeforeEach
    void rights() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ping_everySizeAndFamily_answered(boolean offload) throws Exception {
        try (StackInNamespace stack = new StackInNamespace(offload)) {
            for (String host : new String[] {"192.0.2.7", "2001:db8::7", "10.77.0.2", "fd77::2"}) {
                for (int octets : new int[] {16, 1_400, 1_473, 20_000, 65_507}) {
                    if (octets != 65_507 || host.indexOf(':') < 0) {
                        assertThat(stack.ping(host, octets)).contains(" 0% packet loss");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void datagrams_everySizeAndFamily_comeBack(boolean offload) throws Exception {
        try (StackInNamespace stack = new StackInNamespace(offload)) {
            for (String host : new String[] {"192.0.2.7", "2001:db8::7"}) {
                InetSocketAddress far = new InetSocketAddress(InetAddress.ofLiteral(host), 7);
                try (DatagramSocket socket = stack.namespace.call(() -> new DatagramSocket())) {
                    socket.setSoTimeout(30_000);
                    for (int octets : new int[] {0, 1, 1_400, 1_472, 1_473, 9_000, 65_507}) {
                        byte[] sent = new byte[octets];
                        new Random(octets).nextBytes(sent);
                        socket.send(new DatagramPacket(sent, octets, far));
                        DatagramPacket back = new DatagramPacket(new byte[65_535], 65_535);
                        socket.receive(back);
                        assertThat(back.getSocketAddress()).isEqualTo(far);
                        assertThat(back.getLength()).isEqualTo(octets);
                        assertThat(java.util.Arrays.copyOf(back.getData(), octets))
                                .isEqualTo(sent);
                    }
                }
            }
            assertThat(stack.attachment.counters().udpSessions()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7", "2001:db8::7"})
    void datagram_refused_socketLearnsOfIt(String host) throws Exception {
        try (StackInNamespace stack = new StackInNamespace(true);
                DatagramSocket socket = stack.namespace.call(() -> new DatagramSocket())) {
            socket.setSoTimeout(30_000);
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), 9));
            socket.send(new DatagramPacket(new byte[10], 10));
            assertThatThrownBy(() -> socket.receive(new DatagramPacket(new byte[10], 10)))
                    .isInstanceOf(PortUnreachableException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7", "2001:db8::7"})
    void traceroute_gatewayIsTheFirstHop(String host) throws Exception {
        try (StackInNamespace stack = new StackInNamespace(true)) {
            String output = stack.namespace.exec("sh", "-c", "ping -c 1 -W 10 -t 1 " + host + " || true");
            assertThat(output).contains("From " + (host.indexOf(':') < 0 ? "10.77.0.2" : "fd77::2"));
        }
    }
}
