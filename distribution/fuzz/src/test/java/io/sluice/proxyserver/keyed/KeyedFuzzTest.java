package io.sluice.proxyserver.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.fuzz.Feed;
import io.sluice.proxycodec.trojan.TrojanKey;
import io.sluice.proxycodec.trojan.TrojanRequest;
import io.sluice.proxycodec.v2ray.UserId;
import io.sluice.proxycodec.vless.VlessRequest;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.fallback.Fallbacks;
import io.sluice.proxyserver.trojan.TrojanConversation;
import io.sluice.proxyserver.vless.VlessConversation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** The conversations of inbounds that know their clients by keys: first packets, and behind a good request what a client may go on with. */
class KeyedFuzzTest {

    private static final String ID = "2418d087-648d-4990-86e8-19dca1d006d3";
    private static final String PASSWORD = "secret";
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final InetSocketAddress FAR = new InetSocketAddress("192.0.2.7", 53);

    /** Takes every flow, sends datagrams back and forgets streams. */
    private static final class Everything implements FlowAcceptor {

        private final List<DatagramPort> ports = new ArrayList<>();
        private long octets;

        @Override
        public void stream(StreamRequest request) {
            ByteStream stream = request.accept();
            stream.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    octets += ((ByteBuf) message).readableBytes();
                    ((ByteBuf) message).release();
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
                    if (!(cause instanceof IOException)) {
                        super.exceptionCaught(ctx, cause); // what is thrown here, Netty would but log
                    }
                }
            });
        }

        @Override
        public void datagrams(DatagramRequest request) {
            DatagramPort port = request.accept();
            ports.add(port);
            port.receiver(new DatagramReceiver() {
                @Override
                public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                    octets += payload.readableBytes();
                    port.send(payload, segmentSize, peer);
                }

                @Override
                public void batchComplete() {
                    port.flush();
                }

                @Override
                public void unreachable(InetSocketAddress peer, CloseReason reason) {}
            });
        }

        @Override
        public void echo(EchoRequest request) {
            request.reject(CloseReason.OUTBOUND_UNSUPPORTED);
        }
    }

    private static void play(Function<KeyedDoor, StreamAcceptor> acceptor, Users users, byte[] good, byte[] octets) {
        Everything flows = new Everything();
        Door door = new Door(
                InboundSettings.keyed("test", "in", "127.0.0.1", 0), null, () -> flows, Duration.ofSeconds(30));
        KeyedDoor keyed = new KeyedDoor(door, users, Fallbacks.parse("", new String[0]), () -> null);
        try (Feed feed = Feed.of()) {
            acceptor.apply(keyed).accept(feed.stream(), Arrival.of(HERE, HERE));
            feed.give(good).giveInPieces(octets).end();
            flows.ports.forEach(port -> port.close(CloseReason.FINISHED));
        }
        assertThat(door.counters().internalErrors.sum()).isZero();
        assertThat(flows.octets).isLessThanOrEqualTo(octets.length);
        assertThat(door.guests().size()).isZero();
    }

    private static void trojan(byte[] good, byte[] octets) {
        play(
                TrojanConversation::acceptor,
                TrojanConversation.users("", new String[] {PASSWORD}, new String[0]),
                good,
                octets);
    }

    private static void vless(byte[] good, byte[] octets) {
        play(VlessConversation::acceptor, VlessConversation.users("", new String[] {ID}, new String[0]), good, octets);
    }

    private static byte[] octets(Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.buffer();
        try {
            writer.accept(out);
            return ByteBufUtil.getBytes(out);
        } finally {
            out.release();
        }
    }

    private static byte[] vless(VlessRequest request) {
        return octets(out -> request.write(UserId.of(ID), out));
    }

    @FuzzTest
    void trojanFirst(byte[] octets) {
        trojan(new byte[0], octets);
    }

    @FuzzTest
    void trojanDatagrams(byte[] octets) {
        trojan(octets(out -> new TrojanRequest(true, FAR).write(TrojanKey.of(PASSWORD), out)), octets);
    }

    @FuzzTest
    void vlessFirst(byte[] octets) {
        vless(new byte[0], octets);
    }

    @FuzzTest
    void vlessDatagrams(byte[] octets) {
        vless(vless(VlessRequest.udp(FAR)), octets);
    }

    /** Mux.cool, in whose frames a client may open and end sessions as it likes. */
    @FuzzTest
    void muxSessions(byte[] octets) {
        vless(vless(VlessRequest.mux()), octets);
    }
}
