package io.sluice.dialer.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A dialer of HTTP/2 and the servers that it reaches, on the test's own thread, by a clock that the test turns: no socket. */
final class Http2Pair implements AutoCloseable {

    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int MOST_DIALS = 200;

    /** The client's end of a connection. */
    private record Lower(Channel channel) implements ByteStream {

        @Override
        public ChannelFuture shutdownOutput() {
            return channel.close();
        }

        @Override
        public void reset() {
            channel.close();
        }
    }

    /** The servers' ends of connections. */
    final List<Channel> connections = new ArrayList<>();
    /** The servers' ends of calls, which read when the test says so. */
    final List<Channel> calls = new ArrayList<>();
    /** How often the servers were asked for a sign of life. */
    int pings;
    /** Connections of the first so many are dead: what the servers say on them arrives no more. */
    int dead;
    /** The next so many connections are closed as soon as they stand. */
    int hangUps;
    /** Connections that were asked for. */
    int dials;
    /** How many streams at a time the servers of further connections announce to take. */
    int announced = 100;
    /** Further connections are let go of by GOAWAY with the so many-th call. */
    int goAwayWith = Integer.MAX_VALUE;
    /** Whether who connects gets no answer. */
    boolean unreachable;

    final Http2Dialer dialer;

    private final MockTicker clock = Ticker.newMockTicker();
    final ManualIoEventLoop loop =
            new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory(), clock);
    private final LocalServerChannel listener = new LocalServerChannel();

    Http2Pair(KeepAlive keepAlive) {
        dialer = new Http2Dialer(
                new StreamDialer() {
                    @Override
                    public Future<ByteStream> dial(DialRequest request) {
                        return unreachable ? unanswered(request) : connect();
                    }

                    @Override
                    public void close() {}
                },
                Windows.USUAL,
                keepAlive,
                "test",
                _ -> true);
        listener.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object accepted) {
                serve((Channel) accepted);
            }
        });
        loop.register(listener);
        listener.bind(new LocalAddress(Http2Pair.class));
        pump();
    }

    private Future<ByteStream> connect() {
        if (++dials > MOST_DIALS) {
            return loop.newFailedFuture(new AssertionError("dialled without end"));
        }
        LocalChannel client = new LocalChannel();
        client.config().setAutoRead(false);
        loop.register(client);
        Promise<ByteStream> result = loop.newPromise();
        client.connect(listener.localAddress()).addListener(_ -> {
            if (hangUps > 0) {
                hangUps--;
                client.close();
            }
            result.setSuccess(new Lower(client));
        });
        return result;
    }

    private Future<ByteStream> unanswered(DialRequest request) {
        Promise<ByteStream> result = loop.newPromise();
        loop.schedule(
                () -> result.setFailure(new ConnectException(CloseReason.CONNECT_TIMEOUT, "no answer")),
                request.remaining().toNanos(),
                TimeUnit.NANOSECONDS);
        return result;
    }

    private void serve(Channel connection) {
        int number = connections.size();
        int last = goAwayWith;
        int[] begun = new int[1];
        connections.add(connection);
        connection
                .pipeline()
                .addLast(
                        new ChannelOutboundHandlerAdapter() {
                            @Override
                            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                                if (number < dead && message instanceof ByteBuf lost) {
                                    lost.release();
                                    promise.setSuccess();
                                } else {
                                    ctx.write(message, promise);
                                }
                            }
                        },
                        Http2FrameCodecBuilder.forServer()
                                .initialSettings(Http2Settings.defaultSettings().maxConcurrentStreams(announced))
                                .decoderEnforceMaxRstFramesPerWindow(0, 0)
                                .build(),
                        new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel call) {
                                call.config().setAutoRead(false);
                                calls.add(call);
                                if (++begun[0] == last) {
                                    connection.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
                                }
                            }
                        }),
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object message) {
                                pings += message instanceof Http2PingFrame ping && !ping.ack() ? 1 : 0;
                                ReferenceCountUtil.release(message);
                            }
                        });
        loop.register(connection);
    }

    Future<ByteStream> dial() {
        return dial(TIMEOUT);
    }

    Future<ByteStream> dial(Duration timeout) {
        Future<ByteStream> dialled = dialer.dial(DialRequest.of(1, loop, timeout));
        pump();
        return dialled;
    }

    Http2Stream open() {
        Future<ByteStream> dialled = dial();
        assertThat(dialled.isSuccess()).as(String.valueOf(dialled.cause())).isTrue();
        return (Http2Stream) dialled.getNow();
    }

    /** Runs what is due now. */
    void pump() {
        while (loop.runNow() > 0) {
            // until nothing is left
        }
    }

    void seconds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            clock.advance(1, TimeUnit.SECONDS);
            pump();
        }
    }

    @Override
    public void close() {
        dialer.close();
        // One that still holds what it has not read outlives its connection.
        calls.forEach(Channel::close);
        connections.forEach(Channel::close);
        listener.close();
        pump();
    }
}
