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

    /** Asks the server for a sign of life (PING): of the connection, which is closed without one. For servers that take no question amiss, unlike grpc-go's. On its loop. */
    public void ask() {
        ConnectionEnd end = end();
        if (end != null) {
            end.askNow();
        }
    }

    /** Whether anything has come since on its connection, on whichever stream. On its loop. */
    public boolean isHeardSince(long nanos) {
        ConnectionEnd end = end();
        return end != null && end.isHeardSince(nanos);
    }

    /** Null once the connection is closed. */
    private ConnectionEnd end() {
        return call.parent().pipeline().get(ConnectionEnd.class);
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
