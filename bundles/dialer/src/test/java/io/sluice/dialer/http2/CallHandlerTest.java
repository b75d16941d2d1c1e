package io.sluice.dialer.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server says and when a client is told of it, frame by frame. */
class CallHandlerTest {

    private final Http2Pair pair = new Http2Pair(new KeepAlive(Duration.ZERO, Duration.ofSeconds(20), false));
    private final Taker taker = new Taker();
    private final Http2Stream stream = pair.open();
    private final Channel server;

    CallHandlerTest() {
        stream.call().pipeline().addLast(new Octets(), taker);
        stream.call()
                .writeAndFlush(new DefaultHttp2HeadersFrame(
                        new DefaultHttp2Headers().method("POST").path("/")));
        pair.pump();
        server = pair.calls.getFirst();
    }

    @AfterEach
    void close() {
        pair.close();
    }

    /** Octets as they are. */
    private static final class Octets extends CallHandler {

        Octets() {
            super("test", "call");
        }

        @Override
        protected boolean isClient() {
            return true;
        }

        @Override
        protected void headers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
            if (frame.isEndStream()) {
                end(ctx);
            }
        }

        @Override
        protected void data(ChannelHandlerContext ctx, ByteBuf content) {
            ctx.fireChannelRead(content.retainedSlice());
        }
    }

    /** Whoever stands above. */
    private static final class Taker extends ChannelInboundHandlerAdapter {

        final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        final List<String> events = new ArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf some = (ByteBuf) message;
            byte[] read = new byte[some.readableBytes()];
            some.readBytes(read);
            octets.writeBytes(read);
            some.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                events.add("end");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            events.add((cause instanceof IOException ? "" : "fault ") + cause.getMessage());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            events.add("closed");
        }
    }

    private void say(byte[] octets) {
        server.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
        server.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(octets)));
    }

    private void readAll() {
        for (int i = 0; i < 100; i++) {
            stream.call().read();
            pair.pump();
        }
    }

    /** RFC 9113 §8.1, as servers of gRPC end every call that their client has not ended. */
    @Test
    void resetWithNoError_behindTheWholeAnswer_takesNothingOfItAway() {
        byte[] answer = new byte[200_000];
        new Random(4).nextBytes(answer);
        say(answer);
        server.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().add("grpc-status", "0"), true));
        server.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        pair.pump();

        stream.call().writeAndFlush(Unpooled.copyInt(7), stream.call().voidPromise());
        ChannelFuture last = stream.shutdownOutput();
        pair.pump();
        assertThat(taker.events).isEmpty();
        assertThat(last.isSuccess()).isTrue();

        readAll();
        assertThat(taker.octets.toByteArray()).isEqualTo(answer);
        assertThat(taker.events).containsExactly("end", "closed");
    }

    /** What could not be sent for want of a window fails with the reset. */
    @Test
    void resetWithNoError_whileOctetsWaitToBeSent_takesNothingAwayEither() {
        stream.call()
                .write(Unpooled.wrappedBuffer(new byte[200_000]), stream.call().voidPromise());
        ChannelFuture last = stream.shutdownOutput();
        pair.pump();
        assertThat(last.isDone())
                .as("the server's window is 64 KiB, and it reads nothing")
                .isFalse();
        say(new byte[1_000]);
        server.writeAndFlush(new DefaultHttp2DataFrame(true));
        server.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        pair.pump();
        assertThat(last.isSuccess()).isTrue();

        readAll();
        assertThat(taker.octets.size()).isEqualTo(1_000);
        assertThat(taker.events).containsExactly("end", "closed");
    }

    @Test
    void resetWithNoError_withoutAnEnd_isAnAbort() {
        say(new byte[1_000]);
        server.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
        pair.pump();
        readAll();
        assertThat(taker.octets.size()).isEqualTo(1_000);
        assertThat(taker.events).containsExactly("test: the far side reset the call, code 0", "closed");
    }

    @Test
    void reset_isToldAtOnce() {
        say(new byte[1_000]);
        server.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        pair.pump();
        assertThat(taker.events).containsExactly("test: the far side reset the call, code 8", "closed");
    }

    /** What a layer above would say as its goodbye would make an orderly end of an abort. */
    @Test
    void resetByThisSide_isNotAnnouncedByALayerAbove() {
        List<String> said = new ArrayList<>();
        stream.call().pipeline().addLast(new ChannelOutboundHandlerAdapter() {
            @Override
            public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
                said.add("goodbye");
                ctx.close(promise);
            }
        });
        stream.reset();
        server.read();
        pair.pump();
        assertThat(said).isEmpty();
        assertThat(server.isActive()).isFalse();
    }

    /** RFC 9113 §8.1.1: the stream is malformed, which is a fault of the far side and none of ours. */
    @Test
    void malformedStream_isAnErrorOfTheStream() {
        server.write(new DefaultHttp2HeadersFrame(
                new DefaultHttp2Headers().status("200").add("content-length", "1")));
        server.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copyInt(7)));
        pair.pump();
        readAll();
        assertThat(taker.events).hasSize(2).endsWith("closed");
        assertThat(taker.events.getFirst()).startsWith("test: ");
    }
}
