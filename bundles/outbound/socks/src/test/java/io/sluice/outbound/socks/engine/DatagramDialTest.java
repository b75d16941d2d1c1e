package io.sluice.outbound.socks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.ConnectException;
import io.sluice.loop.NettyEventLoops;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatagramDialTest {

    private static final InetSocketAddress DNS = new InetSocketAddress("192.0.2.1", 53);
    private static final String ASSOCIATE = "05 03 00 01 00000000 0000";
    private static NettyEventLoops loops;

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(2);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
    }

    private static ScriptedProxy.Script granting(String address, DatagramSocket relay) {
        return talk -> talk.expect("05 01 00")
                .send("05 00")
                .expect(ASSOCIATE)
                .send("05 00 00 01" + address + "%04X".formatted(relay.getLocalPort()))
                .drain();
    }

    private static DatagramPacket receive(DatagramSocket relay) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
        relay.setSoTimeout(30_000);
        relay.receive(packet);
        return packet;
    }

    private static String hex(DatagramPacket packet) {
        return ByteBufUtil.hexDump(Arrays.copyOf(packet.getData(), packet.getLength()))
                .toUpperCase(Locale.ROOT);
    }

    private static void send(DatagramPort port, String hex, int segmentSize, InetSocketAddress peer) throws Exception {
        ByteBuf payload = Unpooled.directBuffer().writeBytes(ByteBufUtil.decodeHexDump(hex));
        port.eventLoop()
                .submit(() -> {
                    port.send(payload, segmentSize, peer);
                    port.flush();
                })
                .sync();
    }

    private static BlockingQueue<String> listen(DatagramPort port) throws InterruptedException {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        port.eventLoop()
                .submit(() -> port.receiver(new DatagramReceiver() {
                    @Override
                    public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                        seen.add(ByteBufUtil.hexDump(payload).toUpperCase(Locale.ROOT) + " " + Proxy.show(peer));
                        payload.release();
                    }

                    @Override
                    public void batchComplete() {
                        seen.add("complete");
                    }
                }))
                .sync();
        return seen;
    }

    @ParameterizedTest
    @ValueSource(strings = {"7F000001", "00000000"})
    void datagrams_goToTheRelay_andBack(String told) throws Exception {
        try (DatagramSocket relay = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
                DatagramSocket stranger = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
                var proxy = new ScriptedProxy(granting(told, relay));
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            DatagramPort port = outbound.datagrams(DNS).getNow();
            send(port, "CAFE", 0, DNS);
            DatagramPacket first = receive(relay);
            assertThat(hex(first)).isEqualTo("00000001C00002010035CAFE");
            send(port, "", 0, InetSocketAddress.createUnresolved("dns.example", 53));
            assertThat(hex(receive(relay))).isEqualTo("000000030B646E732E6578616D706C650035");
            send(port, "0102030405", 2, DNS);
            assertThat(hex(receive(relay))).endsWith("0102");
            assertThat(hex(receive(relay))).endsWith("0304");
            assertThat(hex(receive(relay))).endsWith("05");

            BlockingQueue<String> seen = listen(port);
            byte[] forged = ByteBufUtil.decodeHexDump("00000001C00002010035DEAD");
            stranger.send(new DatagramPacket(forged, forged.length, first.getSocketAddress()));
            for (String answer : new String[] {"00000101C00002010035BAD0", "0000", "00000001C00002010035BEEF"}) {
                byte[] octets = ByteBufUtil.decodeHexDump(answer);
                relay.send(new DatagramPacket(octets, octets.length, first.getSocketAddress()));
            }
            String next = seen.poll(30, TimeUnit.SECONDS);
            while ("complete".equals(next)) {
                next = seen.poll(30, TimeUnit.SECONDS);
            }
            assertThat(next).isEqualTo("BEEF 192.0.2.1:53");
            assertThat(outbound.count("malformedDatagrams")).isEqualTo(2);
            assertThat(outbound.count("datagramsSent")).isEqualTo(5);
            assertThat(outbound.egress.bound).hasSize(2);
            assertThat(outbound.egress.own).hasSize(2);
            port.eventLoop().submit(() -> port.close(CloseReason.IDLE)).sync();
            assertThat(port.closed().sync().getNow()).isEqualTo(CloseReason.IDLE);
        }
    }

    @Test
    void proxyClosesTheControlConnection_endsTheAssociation() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (DatagramSocket relay = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
                var proxy = new ScriptedProxy(talk -> {
                    talk.expect("05 01 00").send("05 00").expect(ASSOCIATE);
                    talk.send("05 00 00 01 7F000001" + "%04X".formatted(relay.getLocalPort()));
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                });
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            DatagramPort port = outbound.datagrams(DNS).getNow();
            assertThat(port.closed().isDone()).isFalse();
            end.countDown();
            assertThat(port.closed().sync().getNow()).isEqualTo(CloseReason.REMOTE_ABORTED);
        }
    }

    @Test
    void proxyWithoutUdp_isUnsupported() throws Exception {
        try (var proxy = new ScriptedProxy(talk ->
                        talk.expect("05 01 00").send("05 00").expect(ASSOCIATE).send("05 07 00 01 00000000 0000"));
                var outbound = new OutboundFixture(loops, proxy.address(), Pipelining.Mode.OFF)) {
            Future<DatagramPort> opening = outbound.datagrams(DNS);
            assertThat(opening.cause())
                    .isInstanceOfSatisfying(
                            ConnectException.class,
                            e -> assertThat(e.reason()).isEqualTo(CloseReason.OUTBOUND_UNSUPPORTED))
                    .hasMessageContaining("a datagram association, first to 192.0.2.1:53");
            assertThat(outbound.count("associationsFailed")).isOne();
        }
    }
}
