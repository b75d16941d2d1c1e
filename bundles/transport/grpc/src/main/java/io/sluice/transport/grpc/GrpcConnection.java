package io.sluice.transport.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import java.time.Duration;

/** A client's connection; on its loop. */
final class GrpcConnection {

    private final Channel channel;
    private final ConnectionEnd end;
    private int streams;
    private boolean retired;

    /** Begins HTTP/2 on a stream that has just been opened. */
    GrpcConnection(ByteStream lower, Windows windows, Duration idle, Duration patience, boolean always) {
        this.channel = lower.channel();
        this.end = new ConnectionEnd(idle, patience, () -> always || streams > 0);
        channel.pipeline()
                .addLast(
                        Http2FrameCodecBuilder.forClient()
                                .initialSettings(windows.settings().pushEnabled(false))
                                .build(),
                        new Http2MultiplexHandler(new RefusePushed()),
                        end);
        windows.widen(channel);
        channel.config().setAutoRead(true);
    }

    boolean hasRoom() {
        return channel.isActive() && !end.isLeaving() && !retired && streams < Windows.STREAMS;
    }

    /** No further stream; closed with the last one. */
    void retire() {
        retired = true;
        if (streams == 0) {
            channel.close();
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Begins a call. The answer is not waited for: servers send it with their first message. */
    void call(Http2Headers headers, Calls calls, Promise<ByteStream> result) {
        streams++;
        new Http2StreamChannelBootstrap(channel)
                .option(ChannelOption.AUTO_READ, false)
                .handler(calls)
                .open()
                .addListener((Future<Http2StreamChannel> opened) -> {
                    if (!opened.isSuccess()) {
                        ended();
                        result.tryFailure(opened.cause());
                        return;
                    }
                    Http2StreamChannel call = opened.getNow();
                    call.closeFuture().addListener(closed -> ended());
                    call.writeAndFlush(new DefaultHttp2HeadersFrame(headers));
                    if (!result.trySuccess(new GrpcStream(call, true))) {
                        call.close();
                    }
                });
    }

    private void ended() {
        streams--;
        if (streams == 0 && (retired || end.isLeaving())) {
            channel.close();
        }
    }

    /** A client has not asked for any. */
    @io.netty.channel.ChannelHandler.Sharable
    private static final class RefusePushed extends ChannelInboundHandlerAdapter {

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.close();
        }
    }
}
