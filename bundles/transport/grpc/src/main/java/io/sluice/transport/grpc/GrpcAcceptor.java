package io.sluice.transport.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.dialer.http2.ConnectionEnd;
import io.sluice.dialer.http2.Windows;
import io.sluice.proxycodec.EarlyBytes;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The server's half. Both methods are served, whatever a client prefers. */
final class GrpcAcceptor implements StreamAcceptor {

    /** Until the first call: ours, as for every first message; Xray gives a whole handshake 4 s. */
    private static final Duration FIRST_CALL = Duration.ofSeconds(10);

    /** A client that has vanished without a word is asked for a sign of life; grpc-go's servers do after 2 h, NATs forget sooner; ours. */
    private static final Duration IDLE = Duration.ofMinutes(5);

    /**
     * Resets that a connection may have in so many seconds (CVE-2023-44487 is a flood of them). Netty's 200 are reached by honest clients here, where every
     * flow that is aborted resets its call; ours.
     */
    private static final int RESETS = 2_000;

    private static final int RESETS_SECONDS = 30;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final StreamAcceptor above;
    private final Windows windows;
    private final Method method;

    GrpcAcceptor(StreamAcceptor above, LayerSettings settings) {
        this.above = above;
        this.windows = Windows.of(settings.integer("initialWindow", 0));
        this.method = Method.of(settings.string("serviceName").orElse(""));
    }

    @Override
    public void accept(ByteStream lower, Arrival arrival) {
        Channel connection = lower.channel();
        boolean[] called = new boolean[1];
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(windows.settings().maxConcurrentStreams(Windows.STREAMS))
                .decoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS)
                .build();
        // A client's word that it has read our settings is not waited for: one that never gives it would have no limit.
        BooleanSupplier crowded = () -> codec.connection().remote().numActiveStreams() > Windows.STREAMS;
        connection
                .pipeline()
                .addLast(
                        codec,
                        new Http2MultiplexHandler(new ChannelInitializer<Http2StreamChannel>() {
                            @Override
                            protected void initChannel(Http2StreamChannel call) {
                                called[0] = true;
                                call.config().setAutoRead(false);
                                call.pipeline().addLast(new ServerCalls(arrival, crowded));
                            }
                        }),
                        new ConnectionEnd(IDLE, PATIENCE, () -> true));
        windows.widen(connection);
        connection
                .eventLoop()
                .schedule(
                        () -> {
                            if (!called[0]) {
                                connection.close();
                            }
                        },
                        FIRST_CALL.toMillis(),
                        TimeUnit.MILLISECONDS);
        connection.config().setAutoRead(true);
    }

    /** The server's side of a call. */
    private final class ServerCalls extends Calls {

        private final Arrival arrival;
        private final BooleanSupplier crowded;
        private boolean accepted;

        ServerCalls(Arrival arrival, BooleanSupplier crowded) {
            this.arrival = arrival;
            this.crowded = crowded;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.fireChannelActive();
            ctx.read();
        }

        /**
         * As a gRPC server that has no such method: status 12, UNIMPLEMENTED, and a client that has not ended is asked to (RFC 9113 §8.1). The channel closes
         * behind it: what is sent to nobody would be kept for him.
         */
        private static void unknown(ChannelHandlerContext ctx, boolean hasEnded) {
            Http2Headers trailers = new DefaultHttp2Headers()
                    .status("200")
                    .add("content-type", "application/grpc")
                    .add("grpc-status", "12");
            ctx.write(new DefaultHttp2HeadersFrame(trailers, true));
            if (!hasEnded) {
                ctx.write(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
            }
            ctx.flush();
            ctx.close();
        }

        /** Before a call is accepted there is nobody to be told, and what nobody handles Netty logs with its stack: strangers could fill the log. */
        @Override
        protected void failed(ChannelHandlerContext ctx, Exception cause) {
            if (accepted) {
                super.failed(ctx, cause);
            }
        }

        @Override
        protected void headers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
            CharSequence path = frame.headers().path();
            if (accepted) {
                if (frame.isEndStream()) {
                    end(ctx);
                }
            } else if (crowded.getAsBoolean()) {
                // RFC 9113 §5.1.2.
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
                ctx.close();
            } else if (path == null || !method.matches(path.toString())) {
                unknown(ctx, frame.isEndStream());
                above.gaveUp(arrival, CloseReason.CLIENT_ABORTED, "gRPC: the client called another method");
            } else {
                accepted = true;
                ctx.writeAndFlush(new DefaultHttp2HeadersFrame(
                        new DefaultHttp2Headers().status("200").add("content-type", "application/grpc")));
                ctx.pipeline().addLast(new EarlyBytes(null, false));
                above.accept(new GrpcStream((Http2StreamChannel) ctx.channel()), arrival.at(path.toString()));
                if (frame.isEndStream()) {
                    end(ctx);
                }
            }
        }
    }

    @Override
    public void gaveUp(Arrival arrival, CloseReason reason, String sentence) {
        above.gaveUp(arrival, reason, sentence);
    }
}
