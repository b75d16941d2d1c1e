package io.sluice.transport.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.dialer.http2.Http2Stream;

/** A server's stream within a call: it ends by trailers. */
record GrpcStream(Http2StreamChannel call) implements ByteStream {

    @Override
    public Channel channel() {
        return call;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return call.writeAndFlush(
                new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().add("grpc-status", "0"), true));
    }

    @Override
    public void reset() {
        Http2Stream.reset(call);
    }
}
