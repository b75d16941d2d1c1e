package io.sluice.inbound.shadowsocks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.flow.CloseReason;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.packet.ClientPackets;
import io.sluice.shadowsocks.packet.Datagram;
import io.sluice.shadowsocks.packet.PacketSealer;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PacketServerTest {

    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 53);

    private static final class Client implements AutoCloseable {

        final ClientPackets packets;
        final DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
        private final InetSocketAddress server;

        Client(InboundFixture inbound) throws Exception {
            packets = ClientPackets.of(ClientKeys.of(inbound.method, inbound.password), inbound.packetContext());
            server = inbound.local();
            socket.setSoTimeout(30_000);
        }

        byte[] sealed(byte[] payload, InetSocketAddress peer) {
            ByteBuf packet = packets.seal(Unpooled.copiedBuffer(payload), 0, peer);
            byte[] octets = new byte[packet.readableBytes()];
            packet.readBytes(octets).release();
            return octets;
        }

        void send(byte[] packet) throws Exception {
            socket.send(new DatagramPacket(packet, packet.length, server));
        }

        Datagram receive() throws Exception {
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            socket.receive(packet);
            return packets.open(Unpooled.copiedBuffer(packet.getData(), 0, packet.getLength()));
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static byte[] octets(ByteBuf payload) {
        byte[] octets = new byte[payload.readableBytes()];
        payload.readBytes(octets).release();
        return octets;
    }

    @ParameterizedTest
    @EnumSource
    void anySize_toAnyPeer_inOneFlow(Method method) throws Exception {
        try (InboundFixture inbound = new InboundFixture(method);
                Client client = new Client(inbound)) {
            int most = PacketSealer.MAX_PACKET - client.packets.overhead(PEER) - 30;
            for (int size : new int[] {0, 1, 1_200, 1_472, most}) {
                client.send(client.sealed(InboundFixture.payload(size), PEER));
                Datagram back = client.receive();
                assertThat(back.peer()).isEqualTo(PEER);
                assertThat(Arrays.equals(octets(back.payload()), InboundFixture.payload(size)))
                        .as("%d octets", size)
                        .isTrue();
            }
            for (int i = 1; i <= 20; i++) {
                InetSocketAddress other = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::" + i), i);
                client.send(client.sealed(new byte[] {(byte) i}, other));
                Datagram back = client.receive();
                assertThat(back.peer()).isEqualTo(other);
                assertThat(octets(back.payload())).containsExactly(i);
            }
            assertThat(inbound.flows.datagrams).hasSize(1);
            assertThat(inbound.flows.datagrams.getFirst().source().destination())
                    .isEqualTo(PEER);
        }
    }

    @ParameterizedTest
    @EnumSource
    void repeatedAndForeignPackets_areDropped(Method method) throws Exception {
        try (InboundFixture inbound = new InboundFixture(method);
                Client client = new Client(inbound)) {
            byte[] packet = client.sealed(new byte[] {5}, PEER);
            client.send(packet);
            assertThat(octets(client.receive().payload())).containsExactly(5);
            for (int i = 0; i < 50; i++) {
                client.send(packet);
            }
            inbound.await(() -> inbound.count("replayed") == 50);
            client.send(new byte[3]);
            client.send(new byte[200]);
            inbound.await(() -> inbound.count("malformedDatagrams") == 52);
            client.send(client.sealed(new byte[] {6}, PEER));
            assertThat(octets(client.receive().payload()))
                    .as("the only answer since")
                    .containsExactly(6);
        }
    }

    /** A flow that ended, by itself or refused, is followed by another one of the same session. */
    @Test
    void flowThatEnded_isFollowedByAnother() throws Exception {
        try (InboundFixture inbound = new InboundFixture(Method.BLAKE3_AES_128_GCM);
                Client client = new Client(inbound)) {
            inbound.flows.refusal = CloseReason.POLICY_REJECTED;
            client.send(client.sealed(new byte[] {1}, PEER));
            inbound.await(() -> inbound.count("refusedRequests") == 1);
            inbound.flows.refusal = null;
            byte[] first = client.sealed(new byte[] {2}, PEER);
            client.send(first);
            assertThat(octets(client.receive().payload())).containsExactly(2);
            inbound.flows
                    .ports
                    .getFirst()
                    .eventLoop()
                    .submit(() -> inbound.flows.ports.getFirst().close(CloseReason.IDLE))
                    .sync();
            client.send(first);
            inbound.await(() -> inbound.count("replayed") == 1);
            client.send(client.sealed(new byte[] {3}, PEER));
            assertThat(octets(client.receive().payload())).containsExactly(3);
            assertThat(inbound.flows.datagrams).hasSize(3);
        }
    }

    @Test
    void inboundThatCloses_endsItsFlows() throws Exception {
        InboundFixture inbound = new InboundFixture(Method.AES_128_GCM);
        try (inbound;
                Client client = new Client(inbound)) {
            client.send(client.sealed(new byte[] {1}, PEER));
            client.receive().payload().release();
        }
        assertThat(inbound.flows.ends).containsExactly("INBOUND_WITHDRAWN");
    }
}
