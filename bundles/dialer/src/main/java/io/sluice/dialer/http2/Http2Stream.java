package io.sluice.dialer.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.sluice.api.flow.ByteStream;

/** A client's stream of HTTP/2. It carries frames until its user adds a {@link CallHandler}. */
public record Http2Stream(Http2StreamChannel call) implements ByteStream {

    @Override
    public Channel channel() {
        return call;
    }

    /** DATA with END_STREAM. */
    @Override
    public ChannelFuture shutdownOutput() {
        return call.writeAndFlush(new DefaultHttp2DataFrame(true));
    }

    @Override
    public void reset() {
        reset(call);
    }

    /** An unfinished stream is closed by RST_STREAM with CANCEL. Past the handlers: a layer among them would say goodbye first. */
    public static void reset(Http2StreamChannel call) {
        ChannelHandlerContext first = call.pipeline().firstContext();
        (first == null ? call : first).close();
    }
}
