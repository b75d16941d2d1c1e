package io.sluice.outbound.trojan.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
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
import io.sluice.proxycodec.trojan.TrojanKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrojanClientTest {

    private static final InetSocketAddress DESTINATION = InetSocketAddress.createUnresolved("a.b", 80);

    /** hex(SHA-224("password1")) as octets, and CRLF. */
    private static final String GREETING = ByteBufUtil.hexDump(Unpooled.copiedBuffer(
                    "9440e64e095ff718c1926110fd811e64948984c9dee7ef860feb4d5d",
                    java.nio.charset.StandardCharsets.US_ASCII))
            + "0d0a";

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EventLoop loop = channel.eventLoop();
    private final List<String> received = new ArrayList<>();

    private final TrojanClient client = new TrojanClient(
            new StreamDialer() {
                @Override
                public Future<ByteStream> dial(DialRequest request) {
                    return loop.newSucceededFuture(new Stream(channel));
                }

                @Override
                public void close() {
                    // Nothing is kept.
                }
            },
            "192.0.2.1:443",
            TrojanKey.of("password1"));

    TrojanClientTest() {
        channel.freezeTime(); // timers run when the test says so
    }

    private record Stream(EmbeddedChannel embedded) implements ByteStream {

        @Override
        public Channel channel() {
            return embedded;
        }

        @Override
        public ChannelFuture shutdownOutput() {
            return embedded.writeAndFlush(Unpooled.EMPTY_BUFFER);
        }

        @Override
        public void reset() {
            embedded.close();
        }
    }

    private OpenRequest request(Network network) {
        FlowSource source =
                new FlowSource(network, "in", new InetSocketAddress("192.0.2.1", 1), DESTINATION, Optional.empty());
        return new OpenRequest(1, source, DESTINATION, loop, Duration.ofSeconds(10));
    }

    private String sent() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(ByteBufUtil.hexDump(next));
            next.release();
        }
        return all.toString();
    }

    @Test
    void stream_beginsWithTheRequestAndTheFirstPayload_andAnswersAreBare() {
        ByteStream stream = client.openStream(request(Network.TCP)).getNow();
        stream.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'x'}));

        assertThat(sent()).isEqualTo(GREETING + "01" + "0303612e62" + "0050" + "0d0a" + "78");
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {'y'}));
        ByteBuf answer = channel.readInbound();
        assertThat(ByteBufUtil.hexDump(answer)).isEqualTo("79");
        answer.release();
        assertThat(client.counters().streamsOpened.sum()).isEqualTo(1);
    }

    @Test
    void datagrams_goAndComeInOneStream() {
        DatagramPort port = client.openDatagrams(request(Network.UDP)).getNow();
        port.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                received.add(peer.getPort() + " " + ByteBufUtil.hexDump(payload));
                payload.release();
            }

            @Override
            public void batchComplete() {
                // Nothing to flush.
            }
        });
        port.send(Unpooled.wrappedBuffer(new byte[] {1, 2}), 0, new InetSocketAddress("192.0.2.9", 53));
        port.flush();

        String frame = "01c0000209" + "0035" + "0002" + "0d0a" + "0102";
        assertThat(sent()).isEqualTo(GREETING + "03" + "0303612e62" + "0050" + "0d0a" + frame);
        channel.writeInbound(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(frame)));
        assertThat(received).containsExactly("53 0102");
        port.close(CloseReason.IDLE);
        assertThat(channel.isOpen()).isFalse();
    }
}
