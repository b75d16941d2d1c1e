package io.sluice.outbound.loopback.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import java.net.InetSocketAddress;

/** One end of an association in memory: what is sent is received at the other end at once, so nothing waits here. Loop thread only. */
final class DatagramPipe implements DatagramPort {

    private final EventLoop loop;
    private final Promise<CloseReason> closed;
    private DatagramPipe peer;
    private DatagramReceiver receiver;

    private DatagramPipe(EventLoop loop) {
        this.loop = loop;
        this.closed = loop.newPromise();
    }

    static DatagramPipe pair(EventLoop loop) {
        DatagramPipe one = new DatagramPipe(loop);
        one.peer = new DatagramPipe(loop);
        one.peer.peer = one;
        return one;
    }

    DatagramPipe peer() {
        return peer;
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress host) {
        if (peer.receiver == null || closed.isDone()) {
            payload.release();
        } else {
            peer.receiver.datagram(payload, segmentSize, host);
        }
    }

    @Override
    public void flush() {
        if (peer.receiver != null && !closed.isDone()) {
            peer.receiver.batchComplete();
        }
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
    }

    @Override
    public void unreachable(InetSocketAddress host, CloseReason reason) {
        if (peer.receiver != null && !closed.isDone()) {
            peer.receiver.unreachable(host, reason);
        }
    }

    @Override
    public void close(CloseReason reason) {
        if (closed.trySuccess(reason)) {
            peer.close(reason);
        }
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }
}
