package io.sluice.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.ConnectException;
import io.sluice.proxycodec.trojan.TrojanDatagrams;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamDatagramPortTest {

    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 53);

    private final EmbeddedStream stream = new EmbeddedStream();
    private final ClientCounters counters = new ClientCounters();
    private final StreamDatagramPort port = new StreamDatagramPort(stream, new TrojanDatagrams(), counters);
    private final List<String> received = new ArrayList<>();
    private int batches;

    private void receive() {
        port.receiver(new DatagramReceiver() {
            @Override
            public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                received.add(peer.getPort() + " " + ByteBufUtil.hexDump(payload));
                payload.release();
            }

            @Override
            public void batchComplete() {
                batches++;
            }
        });
    }

    private static byte[] frame(int port, int... payload) {
        ByteBuf out = Unpooled.buffer();
        new TrojanDatagrams().writeHeader(payload.length, new InetSocketAddress("192.0.2.1", port), out);
        for (int octet : payload) {
            out.writeByte(octet);
        }
        return ByteBufUtil.getBytes(out);
    }

    @Test
    void segments_areDatagramsOfTheirOwn() {
        port.send(Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4, 5}), 2, PEER);
        port.flush();

        for (byte[] expected : new byte[][] {frame(53, 1, 2), frame(53, 3, 4), frame(53, 5)}) {
            ByteBuf next = stream.channel.readOutbound();
            assertThat(ByteBufUtil.getBytes(next)).isEqualTo(expected);
            next.release();
        }
        assertThat(counters.datagramsSent.sum()).isEqualTo(3);
    }

    @Test
    void whatCannotBeCarried_isDroppedAndCounted() {
        ByteBuf large = Unpooled.buffer().writeZero(8_192);
        port.send(large, 0, PEER);
        port.flush();

        assertThat((Object) stream.channel.readOutbound()).isNull();
        assertThat(counters.datagramsDropped.sum()).isEqualTo(1);
        assertThat(large.refCnt()).isZero();
    }

    @Test
    void whileTheStreamIsFull_datagramsAreDropped() {
        ByteBuf[] sent = new ByteBuf[100];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = Unpooled.buffer().writeZero(8_000);
            port.send(sent[i], 0, PEER); // not flushed, so all of them wait
        }

        assertThat(counters.datagramsDropped.sum()).isBetween(60L, 70L);
        assertThat(sent).allMatch(one -> one.refCnt() == 0);
        port.close(CloseReason.SHUTDOWN);
    }

    @Test
    void octetByOctet_everyDatagramArrivesOnce() {
        receive();
        for (byte[] frame : new byte[][] {frame(1, 0xAA), frame(2), frame(3, 0xBB, 0xCC)}) {
            for (byte octet : frame) {
                stream.channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {octet}));
            }
        }

        assertThat(received).containsExactly("1 aa", "2 ", "3 bbcc");
        assertThat(batches).isPositive();
        assertThat(port.closed().isDone()).isFalse();
    }

    /** Epoll reads once more when the far side shuts down, asked or not. */
    @Test
    void whatCameBeforeTheReceiver_isDeliveredToIt_andThenTheEnd() {
        stream.channel.writeInbound(Unpooled.wrappedBuffer(frame(1, 0xAA)), Unpooled.wrappedBuffer(frame(2, 0xBB)));
        stream.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(port.closed().isDone()).isFalse();

        receive();
        assertThat(received).containsExactly("1 aa", "2 bb");
        assertThat(batches).isEqualTo(1);
        assertThat(port.closed().getNow()).isEqualTo(CloseReason.REMOTE_ABORTED);
    }

    @Test
    void malformedFrame_endsIt() {
        receive();
        stream.channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {9, 9, 9}));

        assertThat(port.closed().getNow()).isEqualTo(CloseReason.PROXY_FAILED);
        assertThat(counters.malformedReplies.sum()).isEqualTo(1);
        assertThat(stream.channel.isOpen()).isFalse();
    }

    @Test
    void finOfTheServer_endsIt() {
        receive();
        stream.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);

        assertThat(port.closed().getNow()).isEqualTo(CloseReason.REMOTE_ABORTED);
    }

    @Test
    void refusalThatComesLate_endsItWithItsReason() {
        receive();
        stream.channel
                .pipeline()
                .fireExceptionCaught(new ConnectException(CloseReason.PROXY_AUTH_FAILED, "the id is unknown"));

        assertThat(port.closed().cause()).isInstanceOfSatisfying(ConnectException.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo(CloseReason.PROXY_AUTH_FAILED);
            assertThat(refusal).hasMessage("the id is unknown");
        });
        assertThat(stream.channel.isOpen()).isFalse();
    }

    @Test
    void afterItsEnd_nothingIsSentAndNothingLeaks() {
        port.close(CloseReason.IDLE);
        ByteBuf payload = Unpooled.buffer().writeByte(1);
        port.send(payload, 0, PEER);

        assertThat(payload.refCnt()).isZero();
        assertThat(port.closed().getNow()).isEqualTo(CloseReason.IDLE);
        assertThat(stream.channel.isOpen()).isFalse();
    }
}
