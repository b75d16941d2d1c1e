package io.sluice.dialer.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException;

/** A client's connection; on its loop. */
final class ClientConnection {

    /** Of a client of Netty, which keeps 1 for an upgrade (RFC 7540 §3.2). */
    private static final int FIRST_STREAM = 3;

    private final Channel channel;
    private final ConnectionEnd end;
    private final Served served = new Served();
    private final Lifetime lifetime;
    private int streams;
    private int begun;
    private boolean retired;

    /** Begins HTTP/2 on a stream that has just been opened. */
    ClientConnection(ByteStream lower, Windows windows, KeepAlive keepAlive, Lifetime lifetime) {
        this.channel = lower.channel();
        this.lifetime = lifetime;
        this.end = new ConnectionEnd(
                keepAlive.idle(), keepAlive.patience(), () -> keepAlive.always() || streams > 0, this::leaving);
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
        return channel.isActive()
                && !end.isLeaving()
                && !end.isDoubtful()
                && !retired
                && streams < Math.min(Windows.STREAMS, end.streams());
    }

    /** No further stream; closed with the last one. */
    void retire() {
        retired = true;
        closeIfUnused();
    }

    /** Where nobody may ask whether it lives, a new one shows it. */
    void retireIfSpent() {
        if (end.isSpent()) {
            retire();
        }
    }

    private void closeIfUnused() {
        if (streams == 0) {
            channel.close();
        }
    }

    /** A warning names the largest of all streams (RFC 9113 §6.8), and teaches nothing. */
    private void leaving(Http2GoAwayFrame last) {
        if (last.errorCode() == Http2Error.NO_ERROR.code()) {
            lifetime.ended((last.lastStreamId() - FIRST_STREAM) / 2 + 1);
        }
        closeIfUnused();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Begins a stream: nothing is sent yet. */
    void open(String task, Promise<ByteStream> result) {
        streams++;
        retired |= ++begun >= lifetime.streams();
        end.beginning();
        new Http2StreamChannelBootstrap(channel)
                .option(ChannelOption.AUTO_READ, false)
                .handler(served)
                .open()
                .addListener((Future<Http2StreamChannel> opened) -> {
                    if (!opened.isSuccess()) {
                        ended();
                        result.tryFailure(new ConnectException(
                                CloseReason.PROXY_FAILED,
                                task + " failed: no stream could be opened: " + SystemErrors.sentence(opened.cause()),
                                opened.cause()));
                        return;
                    }
                    Http2StreamChannel call = opened.getNow();
                    call.closeFuture().addListener(closed -> ended());
                    if (!result.trySuccess(new Http2Stream(call))) {
                        call.close();
                    }
                });
    }

    private void ended() {
        streams--;
        if (retired || end.isLeaving()) {
            closeIfUnused();
        }
    }

    /** Sees what comes on the streams. */
    @ChannelHandler.Sharable
    private final class Served extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            end.served();
            ctx.fireChannelRead(frame);
        }
    }

    /** A client has not asked for any. */
    @ChannelHandler.Sharable
    private static final class RefusePushed extends ChannelInboundHandlerAdapter {

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.close();
        }
    }
}
