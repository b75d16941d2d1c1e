package io.sluice.outbound.vless.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import io.sluice.proxyclient.PeerPorts;
import io.sluice.proxycodec.v2ray.UserId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VlessClientTest {

    private static final String ID = "2418d087648d499086e819dca1d006d3";
    private static final InetSocketAddress FIRST = new InetSocketAddress("192.0.2.7", 53);
    private static final InetSocketAddress SECOND = new InetSocketAddress("192.0.2.8", 53);

    private final EventLoop loop = new EmbeddedChannel().eventLoop();
    private final List<EmbeddedStream> streams = new ArrayList<>();
    private final List<String> received = new ArrayList<>();
    private boolean refusing;

    private final StreamDialer dialer = new StreamDialer() {
        @Override
        public Future<ByteStream> dial(DialRequest request) {
            if (refusing) {
                return loop.newFailedFuture(new java.io.IOException("refused"));
            }
            EmbeddedStream stream = new EmbeddedStream();
            streams.add(stream);
            return loop.newSucceededFuture(stream);
        }

        @Override
        public void close() {
            // Nothing is kept.
        }
    };

    private VlessClient client(PacketEncoding encoding) {
        return new VlessClient(dialer, "192.0.2.1:443", UserId.of(ID), encoding);
    }

    private OpenRequest request(Network network) {
        FlowSource source = new FlowSource(network, "in", FIRST, FIRST, Optional.empty());
        return new OpenRequest(1, source, FIRST, loop, Duration.ofSeconds(10));
    }

    private DatagramPort port(PacketEncoding encoding) {
        DatagramPort port = client(encoding).openDatagrams(request(Network.UDP)).getNow();
        port.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                received.add(peer.getAddress().getHostAddress() + " " + ByteBufUtil.hexDump(payload));
                payload.release();
            }

            @Override
            public void batchComplete() {
                // Nothing to flush.
            }
        });
        return port;
    }

    private static void send(DatagramPort port, int octet, InetSocketAddress peer) {
        port.send(Unpooled.wrappedBuffer(new byte[] {(byte) octet}), 0, peer);
        port.flush();
    }

    @Test
    void stream_beginsWithTheRequestAndTheFirstPayload() {
        ByteStream stream =
                client(PacketEncoding.XUDP).openStream(request(Network.TCP)).getNow();
        streams.getFirst().watch();
        stream.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'x'}));

        assertThat(streams.getFirst().sent()).isEqualTo("00" + ID + "00" + "01" + "0035" + "01" + "c0000207" + "78");
        streams.getFirst().receives(0, 0, 'y');
        assertThat(streams.getFirst().seen).containsExactly("79");
    }

    @Test
    void xudp_carriesAllPeersInOneStream() {
        DatagramPort port = port(PacketEncoding.XUDP);
        send(port, 0xAA, FIRST);
        send(port, 0xBB, SECOND);

        assertThat(streams).hasSize(1);
        assertThat(streams.getFirst().sent())
                .isEqualTo("00" + ID + "00" + "03" //
                        + "0014" + "0000" + "0101" + "02" + "003501c0000207" + "0000000000000000" + "0001" + "aa"
                        + "000c" + "0000" + "0201" + "02" + "003501c0000208" + "0001" + "bb");
        streams.getFirst().receives(0, 0, 0, 12, 0, 0, 2, 1, 2, 0, 53, 1, 192, 0, 2, 8, 0, 1, 0xCC);
        assertThat(received).containsExactly("192.0.2.8 cc");
        // END
        streams.getFirst().receives(0, 4, 0, 0, 3, 0);
        assertThat(port.closed().getNow()).isEqualTo(CloseReason.REMOTE_ABORTED);
    }

    @Test
    void withoutXudp_everyPeerHasAStream() {
        DatagramPort port = port(PacketEncoding.NONE);
        send(port, 0xAA, FIRST);
        send(port, 0xBB, SECOND);
        send(port, 0xCC, FIRST);

        assertThat(streams).hasSize(2);
        assertThat(streams.getFirst().sent())
                .isEqualTo("00" + ID + "00" + "02" + "003501c0000207" + "0001aa" + "0001cc");
        assertThat(streams.getLast().sent()).isEqualTo("00" + ID + "00" + "02" + "003501c0000208" + "0001bb");
        streams.getLast().receives(0, 0, 0, 2, 1, 2);
        streams.getFirst().receives(0, 0, 0, 1, 3);
        assertThat(received).containsExactly("192.0.2.8 0102", "192.0.2.7 03");
        port.close(CloseReason.IDLE);
        assertThat(streams).allMatch(s -> !s.channel.isOpen());
    }

    @Test
    void withoutXudp_aPeersStreamThatEnds_isOpenedAnew() {
        DatagramPort port = port(PacketEncoding.NONE);
        send(port, 0xBB, SECOND);
        streams.getFirst().channel.close();
        send(port, 0xAA, FIRST);

        assertThat(streams).hasSize(3);
        assertThat(port.closed().isDone()).isFalse();
    }

    @Test
    void withoutXudp_aServerThatKnowsNoId_isToldOf() {
        DatagramPort port = port(PacketEncoding.NONE);
        send(port, 0xAA, FIRST);
        streams.getFirst().channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

        assertThat(port.closed().cause()).hasMessageContaining("ended the connection without a response");
    }

    @Test
    void withoutXudp_theNumberOfStreamsIsBounded() {
        DatagramPort port = port(PacketEncoding.NONE);
        for (int i = 0; i < 3 * PeerPorts.MAX_PEERS; i++) {
            send(port, i, new InetSocketAddress("192.0.2.9", 1_000 + i));
        }

        assertThat(streams.stream().filter(s -> s.channel.isOpen())).hasSize(PeerPorts.MAX_PEERS);
    }

    @Test
    void serverThatRefuses_isRefusedToTheAsker() {
        refusing = true;

        assertThat(client(PacketEncoding.NONE)
                        .openDatagrams(request(Network.UDP))
                        .cause())
                .hasMessage("refused");
        assertThat(client(PacketEncoding.XUDP)
                        .openDatagrams(request(Network.UDP))
                        .cause())
                .hasMessage("refused");
        assertThat(client(PacketEncoding.XUDP).openStream(request(Network.TCP)).cause())
                .hasMessage("refused");
    }
}
