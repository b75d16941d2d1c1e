package io.sluice.transport.websocket;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.sluice.api.flow.ByteStream;
import java.time.Duration;

/** A stream within WebSocket: the lower one's channel, with the frames in its pipeline. */
record WebSocketStream(ByteStream lower, Frames frames, boolean client) implements ByteStream {

    /** Octets of one frame, which is decoded whole: proxies send what they read at once, 64 KiB at most; ours. */
    private static final int LARGEST_FRAME = 1 << 20;

    /** Puts the handlers in, behind what holds the octets that came with the handshake. */
    static WebSocketStream install(ByteStream lower, boolean client, Duration heartbeat) {
        Frames frames = new Frames(heartbeat);
        lower.channel().pipeline().addLast(decoder(client), new WebSocket13FrameEncoder(client), frames);
        return new WebSocketStream(lower, frames, client);
    }

    /** Likewise, before the handler of that name. */
    static void install(ByteStream lower, boolean client, Frames frames, String before) {
        ChannelPipeline pipeline = lower.channel().pipeline();
        pipeline.addBefore(before, null, decoder(client));
        pipeline.addBefore(before, null, new WebSocket13FrameEncoder(client));
        pipeline.addBefore(before, null, frames);
    }

    private static WebSocket13FrameDecoder decoder(boolean client) {
        return new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(!client)
                .allowExtensions(false)
                .maxFramePayloadLength(LARGEST_FRAME)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build());
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
        return frames.sendClose(channel().pipeline().context(frames), done);
    }

    @Override
    public void reset() {
        lower.reset();
    }
}
