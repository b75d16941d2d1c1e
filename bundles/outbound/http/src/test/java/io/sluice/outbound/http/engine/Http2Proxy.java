package io.sluice.outbound.http.engine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.flow.ByteStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy of HTTP/2 in a test's hands: what it answers is in the name that is asked for; a tunnel is an echo, with the FIN behind it. */
final class Http2Proxy {

    final List<Channel> connections = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    /** How clients' streams were reset. */
    final List<Long> resets = new CopyOnWriteArrayList<>();

    /** Takes a connection over. */
    void accept(ByteStream connection) {
        Channel channel = connection.channel();
        connections.add(channel);
        channel.pipeline()
                .addLast(
                        Http2FrameCodecBuilder.forServer()
                                .initialSettings(Http2Settings.defaultSettings().maxConcurrentStreams(100))
                                .build(),
                        new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel stream) {
                                stream.pipeline().addLast(new Tunnel());
                            }
                        }),
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object message) {
                                ReferenceCountUtil.release(message);
                            }

                            @Override
                            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                                if (event instanceof ChannelInputShutdownEvent) {
                                    ctx.close();
                                }
                            }
                        });
        channel.config().setAutoRead(true);
    }

    /** From now on nothing of the connection arrives. */
    private static final class Mute extends ChannelOutboundHandlerAdapter {

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
            promise.setSuccess();
        }
    }

    private final class Tunnel extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            switch (message) {
                case Http2HeadersFrame head -> {
                    requests.add(head.headers().method() + " " + head.headers().authority() + " "
                            + head.headers().scheme() + " " + head.headers().path() + " "
                            + head.headers().get("proxy-authorization") + " "
                            + head.headers().get("x-a"));
                    answer(ctx, head.headers().authority().toString());
                }
                case Http2DataFrame data -> {
                    ctx.write(new DefaultHttp2DataFrame(data.content(), data.isEndStream()));
                }
                default -> ReferenceCountUtil.release(message);
            }
        }

        private void answer(ChannelHandlerContext ctx, String authority) {
            String host = authority.substring(0, authority.indexOf(':'));
            switch (host) {
                case "silence.test" -> {
                    // says nothing
                }
                case "dead.test" -> ctx.channel().parent().pipeline().addFirst(new Mute());
                case "reset.test" -> ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CONNECT_ERROR));
                case "busy.test" -> refuse(ctx, requests.size() > 1);
                case "shut.test" -> refuse(ctx, false);
                case "early.test" -> {
                    head(ctx, "103");
                    head(ctx, "200");
                }
                case "cut.test" -> {
                    head(ctx, "200");
                    ctx.channel().parent().close();
                }
                default -> head(ctx, host.matches("[0-9]{3}[.]test") ? host.substring(0, 3) : "200");
            }
        }

        private void refuse(ChannelHandlerContext ctx, boolean no) {
            if (no) {
                head(ctx, "200");
            } else {
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
            }
        }

        private void head(ChannelHandlerContext ctx, String status) {
            ctx.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status(status)));
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                resets.add(reset.errorCode());
            }
        }
    }
}
