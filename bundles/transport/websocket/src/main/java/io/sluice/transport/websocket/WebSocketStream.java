package io.sluice.transport.websocket;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.sluice.api.flow.ByteStream;
import java.time.Duration;

/** A stream within WebSocket: the lower one's channel, with the frames in its pipeline. */
record WebSocketStream(ByteStream lower, Frames frames, boolean client) implements ByteStream {

    /** Puts the handler in, behind what holds the octets that came with the handshake. */
    static WebSocketStream install(ByteStream lower, boolean client, Duration heartbeat) {
        Frames frames = new Frames(client, heartbeat);
        lower.channel().pipeline().addLast(frames);
        return new WebSocketStream(lower, frames, client);
    }

    @Override
    public Channel channel() {
        return lower.channel();
    }

    /** A server sends Close; a client waits for the server's. */
    @Override
    public ChannelFuture shutdownOutput() {
        ChannelPromise done = channel().newPromise();
        if (client) {
            return channel().writeAndFlush(Unpooled.EMPTY_BUFFER, done);
        }
        return frames.sendClose(done);
    }

    @Override
    public void reset() {
        lower.reset();
    }
}
