package io.sluice.dialer.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
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

    /** An unfinished stream is closed by RST_STREAM with CANCEL. */
    @Override
    public void reset() {
        call.close();
    }
}
