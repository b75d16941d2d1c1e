package io.sluice.loop;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import io.sluice.api.flow.ByteStream;
import java.io.IOException;

/**
 * A stream over an epoll socket whose FIN costs one system call. Netty's own way makes an exception with its stack trace, for the writes that may still
 * come, and tells the handlers. A relay's socket has one handler, which writes nothing behind its FIN; where there are more, as a layer that says goodbye
 * by itself, Netty's way is taken.
 *
 * @param plain the same by Netty's own way
 */
record EpollStream(EpollSocketChannel socket, ByteStream plain) implements ByteStream {

    EpollStream(EpollSocketChannel socket) {
        this(socket, ByteStream.of(socket));
    }

    @Override
    public Channel channel() {
        return socket;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        if (!isBare()) {
            return plain.shutdownOutput();
        }
        ChannelPromise done = socket.newPromise();
        ChannelOutboundBuffer queue = socket.unsafe().outboundBuffer();
        if (socket.eventLoop().inEventLoop() && queue != null && queue.totalPendingWriteBytes() == 0) {
            sendFin(done);
            return done;
        }
        // The FIN waits for an empty write behind what is queued.
        socket.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                sendFin(done);
            } else {
                done.setFailure(written.cause());
            }
        });
        return done;
    }

    /** At most one handler, which queues no writes. */
    private boolean isBare() {
        return socket.pipeline().firstContext() == socket.pipeline().lastContext()
                && !(socket.pipeline().first() instanceof ChannelOutboundHandler);
    }

    private void sendFin(ChannelPromise done) {
        try {
            // The channel's own socket: it knows from now on that its output is shut down.
            ((Socket) socket.fd()).shutdown(false, true);
            done.setSuccess();
        } catch (IOException | RuntimeException e) {
            done.setFailure(e);
        }
    }

    @Override
    public void reset() {
        plain.reset();
    }
}
