package io.sluice.flow.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A datagram end that writes down what it is sent, as {@code peer<text}. */
final class FakePort implements DatagramPort {

    final List<String> sent = new ArrayList<>();
    final List<String> unreachable = new ArrayList<>();
    final Promise<CloseReason> closed;
    int flushes;
    DatagramReceiver receiver;
    private final EventLoop loop;

    FakePort(EventLoop loop) {
        this.loop = loop;
        this.closed = loop.newPromise();
    }

    /** A datagram arrives here. */
    void arrive(String text, InetSocketAddress peer) {
        receiver.datagram(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), 0, peer);
        receiver.batchComplete();
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        sent.add(peer.getPort() + "<" + payload.toString(StandardCharsets.US_ASCII));
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
    public void unreachable(InetSocketAddress peer, CloseReason reason) {
        unreachable.add(peer.getPort() + " " + reason);
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
