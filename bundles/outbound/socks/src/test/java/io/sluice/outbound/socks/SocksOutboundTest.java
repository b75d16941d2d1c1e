package io.sluice.outbound.socks;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import io.sluice.loop.NettyEventLoops;
import io.sluice.outbound.socks.engine.RecordingEgress;
import io.sluice.outbound.socks.engine.ScriptedProxy;
import java.lang.reflect.Proxy;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SocksOutboundTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static NettyEventLoops loops;

    private final RecordingEgress egress = new RecordingEgress();

    @BeforeAll
    static void open() {
        loops = NettyEventLoops.open(1);
    }

    @AfterAll
    static void close() throws InterruptedException {
        assertThat(loops.close(LONG)).isTrue();
    }

    private SocksOutbound outbound(String address, Integer port, Outbound via) throws Exception {
        Map<String, Object> values = Map.of("outbound_tag", "s", "pipeline", "off");
        SocksOutbound.Config config = (SocksOutbound.Config) Proxy.newProxyInstance(
                SocksOutboundTest.class.getClassLoader(),
                new Class<?>[] {SocksOutbound.Config.class},
                (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
        Map<String, Object> properties = port == null
                ? Map.of("outbound.tag", "s", "address", address)
                : Map.of("outbound.tag", "s", "address", address, "port", port);
        SocksOutbound made = new SocksOutbound(loops, null, null, via, config, properties);
        var reference = SocksOutbound.class.getDeclaredField("egress");
        reference.setAccessible(true);
        reference.set(made, egress);
        return made;
    }

    @Test
    void reach_isTheProxy_andItsRelayAtWhateverPort_soThatTheKillSwitchOpensNothingElse() throws Exception {
        SocksOutbound outbound = outbound("192.0.2.1", null, null);

        assertThat(outbound.reach())
                .isEqualTo(new Reach(
                        false,
                        Set.of(
                                new Reach.Server(new InetSocketAddress("192.0.2.1", 1080), Network.TCP),
                                new Reach.Server(new InetSocketAddress("192.0.2.1", 0), Network.UDP))));
        assertThat(outbound.description()).isEqualTo("socks5 192.0.2.1:1080");
        SocksOutbound through = outbound("192.0.2.2", 1080, outbound);
        assertThat(through.reach()).isEqualTo(Reach.NOWHERE);
        through.deactivate();
        outbound.deactivate();
    }

    /** The control connection and the datagrams go through the other one, whose headers come before ours. */
    @Test
    void throughAnother_datagramsGoThroughItToo() throws Exception {
        InetSocketAddress dns = new InetSocketAddress("192.0.2.1", 53);
        String ours = "00000001C00002010035";
        String theirs = "00000001CB0071090FA0"; // 203.0.113.9:4000
        try (DatagramSocket relay = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
                ScriptedProxy other = new ScriptedProxy(talk -> {
                    talk.expect("05 01 00").send("05 00").expect("05");
                    boolean control = talk.read() == 1;
                    if (control) {
                        // granted, and from here on it is the proxy behind: 203.0.113.9, which relays at a port of its
                        // own
                        talk.expect("00 01 CB007109 0438").send("05 00 00 01 00000000 0000");
                        talk.expect("05 01 00").send("05 00").expect("05 03 00 01 00000000 0000");
                        talk.send("05 00 00 01 00000000 0FA0").drain();
                    } else {
                        talk.expect("00 01 00000000 0000");
                        talk.send("05 00 00 01 7F000001 %04X".formatted(relay.getLocalPort()))
                                .drain();
                    }
                })) {
            SocksOutbound via = outbound("127.0.0.1", other.address().getPort(), null);
            SocksOutbound behind = outbound("203.0.113.9", 1080, via);
            EventLoop loop = loops.next();
            FlowSource source =
                    new FlowSource(Network.UDP, "test", new InetSocketAddress("127.0.0.1", 1), dns, Optional.empty());
            DatagramPort port = loop.submit(() -> behind.openDatagrams(new OpenRequest(1, source, dns, loop, LONG)))
                    .sync()
                    .getNow()
                    .sync()
                    .getNow();
            BlockingQueue<String> seen = new LinkedBlockingQueue<>();
            loop.submit(() -> {
                        port.receiver(new DatagramReceiver() {
                            @Override
                            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                                seen.add(peer + " " + ByteBufUtil.hexDump(payload));
                                payload.release();
                            }

                            @Override
                            public void batchComplete() {
                                // nothing to flush
                            }
                        });
                        port.send(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("0102030405")), 2, dns);
                        port.flush();
                    })
                    .sync();
            byte[] room = new byte[100];
            DatagramPacket packet = new DatagramPacket(room, room.length);
            relay.setSoTimeout((int) LONG.toMillis());
            for (String payload : new String[] {"0102", "0304", "05"}) {
                packet.setLength(room.length);
                relay.receive(packet);
                assertThat(ByteBufUtil.hexDump(Arrays.copyOf(room, packet.getLength())))
                        .isEqualToIgnoringCase(theirs + ours + payload);
            }
            for (String answer : new String[] {"00000001CB0071080FA0" + ours + "66", theirs + ours + "77"}) {
                byte[] octets = ByteBufUtil.decodeHexDump(answer);
                relay.send(new DatagramPacket(octets, octets.length, packet.getSocketAddress()));
            }
            assertThat(seen.poll(LONG.toSeconds(), TimeUnit.SECONDS))
                    .as("not the one of 203.0.113.8, a stranger")
                    .isEqualTo("/192.0.2.1:53 77");
            loop.submit(() -> port.close(CloseReason.IDLE)).sync();
            assertThat(other.faults).isEmpty();
            behind.deactivate();
            via.deactivate();
        }
    }
}
