package io.sluice.dialer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Datagrams to and from one server: a connected socket. What its bounded batch does not take is dropped. Loop thread only. */
final class ServerDatagramPort implements DatagramPort {

    private final DatagramIo io;
    private final EventLoop loop;
    private final InetSocketAddress server;
    private final Promise<CloseReason> closed;
    private DatagramReceiver receiver;

    ServerDatagramPort(TcpConnector connector, DatagramChannel socket, InetSocketAddress server) {
        this.loop = socket.eventLoop();
        this.server = server;
        this.closed = loop.newPromise();
        this.io = connector.loops().datagrams(socket, new FromServer());
        socket.closeFuture().addListener(gone -> close(CloseReason.REMOTE_ABORTED));
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (closed.isDone()) {
            payload.release();
        } else {
            io.send(null, payload, segmentSize, null);
        }
    }

    @Override
    public void flush() {
        io.flush();
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
        io.reading(true);
    }

    @Override
    public void close(CloseReason reason) {
        if (closed.trySuccess(reason)) {
            io.close();
        }
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }

    private final class FromServer implements DatagramSink {

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
            if (closed.isDone()) {
                payload.release();
            } else {
                receiver.datagram(payload, segmentSize, server);
            }
        }

        @Override
        public void batchComplete() {
            if (!closed.isDone()) {
                receiver.batchComplete();
            }
        }

        @Override
        public void failed(IOException cause, int lost) {
            if (receiver != null && !closed.isDone()) {
                receiver.unreachable(server, ConnectFailures.reason(cause));
            }
        }
    }
}
