package io.sluice.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.ConnectException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerPortsTest {

    private final EventLoop loop = new EmbeddedChannel().eventLoop();
    private final Map<InetSocketAddress, Promise<DatagramPort>> opening = new LinkedHashMap<>();
    private final ClientCounters counters = new ClientCounters();
    private final Port first = new Port();
    private final PeerPorts ports = new PeerPorts(
            peer(0),
            first,
            to -> {
                Promise<DatagramPort> promise = loop.newPromise();
                opening.put(to, promise);
                return promise;
            },
            counters);

    private static InetSocketAddress peer(int number) {
        return InetSocketAddress.createUnresolved("peer" + number, 53);
    }

    private void send(int to, int octet) {
        ports.send(Unpooled.buffer().writeByte(octet), 0, peer(to));
    }

    private Port open(int number) {
        Port port = new Port();
        opening.get(peer(number)).setSuccess(port);
        return port;
    }

    @Test
    void eachPeer_hasAPortOfItsOwn() {
        DatagramReceiver receiver = new Nobody();
        ports.receiver(receiver);
        send(0, 1);
        send(1, 2);
        send(1, 3);
        ports.flush();
        assertThat(first.sent).containsExactly("peer0 1");
        assertThat(first.flushes).isEqualTo(1);
        assertThat(opening).hasSize(1);
        Port second = open(1);
        assertThat(second.sent).containsExactly("peer1 2", "peer1 3");
        assertThat(second.flushes).isEqualTo(1);
        assertThat(second.receiver).isSameAs(receiver);
        send(1, 4);
        assertThat(second.sent).endsWith("peer1 4");
    }

    @Test
    void whatWaits_isBounded() {
        for (int i = 0; i < 20; i++) {
            send(1, i);
        }
        assertThat(counters.datagramsDropped.sum()).isEqualTo(4);
        assertThat(open(1).sent).hasSize(16);
    }

    @Test
    void portThatWasIdleLongest_makesRoom() {
        for (int i = 1; i < PeerPorts.MAX_PEERS; i++) {
            send(i, 1);
        }
        Port second = open(1);
        send(0, 1);
        send(99, 1);
        assertThat(first.closed().isDone()).isFalse();
        assertThat(second.closed().getNow()).isEqualTo(CloseReason.LIMIT_REACHED);
        send(100, 1);
        assertThat(opening.get(peer(2)).isCancelled()).isTrue();
        assertThat(ports.closed().isDone()).isFalse();
    }

    @Test
    void portThatCannotBeOpened_costsItsDatagramsOnly() {
        send(1, 1);
        opening.get(peer(1)).setFailure(new IOException("refused"));
        assertThat(counters.datagramsDropped.sum()).isEqualTo(1);
        assertThat(ports.closed().isDone()).isFalse();
        send(1, 2);
        assertThat(open(1).sent).containsExactly("peer1 2");
    }

    /** A name that cannot be carried, for one: there is nothing to wait for. */
    @Test
    void portThatFailsAtOnce_keepsNothing() {
        PeerPorts failing =
                new PeerPorts(peer(0), first, _ -> loop.newFailedFuture(new IOException("not carriable")), counters);
        ByteBuf payload = Unpooled.buffer().writeByte(1);
        failing.send(payload, 0, peer(1));
        assertThat(payload.refCnt()).isZero();
        assertThat(counters.datagramsDropped.sum()).isEqualTo(1);
        assertThat(failing.closed().isDone()).isFalse();
    }

    /** It may be the only sentence that says that the server does not know the user. */
    @Test
    void lastPort_thatFailed_tellsWhy() {
        ConnectException why = new ConnectException(CloseReason.PROXY_FAILED, "it does not know the id");
        first.closed.setFailure(why);
        assertThat(ports.closed().cause()).isSameAs(why);
    }

    @Test
    void lastPort_endsTheAssociation() {
        send(1, 1);
        Port second = open(1);
        first.close(CloseReason.REMOTE_ABORTED);
        assertThat(ports.closed().isDone()).isFalse();
        second.close(CloseReason.REMOTE_ABORTED);
        assertThat(ports.closed().getNow()).isEqualTo(CloseReason.REMOTE_ABORTED);
        send(2, 1);
        assertThat(opening).doesNotContainKey(peer(2));
    }

    @Test
    void close_closesAllAndWhatOpensLater() {
        send(1, 1);
        Promise<DatagramPort> pending = opening.get(peer(1));
        ports.close(CloseReason.IDLE);
        assertThat(first.closed().getNow()).isEqualTo(CloseReason.IDLE);
        assertThat(pending.isCancelled()).isTrue();
        assertThat(counters.datagramsDropped.sum()).isEqualTo(1);
    }

    private final class Port implements DatagramPort {

        private final List<String> sent = new ArrayList<>();
        private final Promise<CloseReason> closed = loop.newPromise();
        private DatagramReceiver receiver;
        private int flushes;

        @Override
        public EventLoop eventLoop() {
            return loop;
        }

        @Override
        public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            sent.add(peer.getHostString() + " " + payload.readByte());
            payload.release();
        }

        @Override
        public void flush() {
            flushes++;
        }

        @Override
        public void receiver(DatagramReceiver taker) {
            receiver = taker;
        }

        @Override
        public void close(CloseReason reason) {
            closed.trySuccess(reason);
        }

        @Override
        public Future<CloseReason> closed() {
            return closed;
        }
    }

    private static final class Nobody implements DatagramReceiver {

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            throw new AssertionError();
        }

        @Override
        public void batchComplete() {
            throw new AssertionError();
        }
    }
}
