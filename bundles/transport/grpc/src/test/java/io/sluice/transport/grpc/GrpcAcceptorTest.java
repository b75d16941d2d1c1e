package io.sluice.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that are none of ours, and mean no good: nobody has shown a key yet. */
class GrpcAcceptorTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final LayerRig rig = new LayerRig();
    private final InetSocketAddress server = rig.serve(Map.of("grpc.serviceName", "S"), new GrpcLayer());

    @AfterEach
    void close() {
        rig.close();
    }

    /** Sends what it is told to, and never says that it has read the server's settings. */
    private static final class Frames extends Http2ChannelDuplexHandler {

        final List<Long> resets = new CopyOnWriteArrayList<>();
        final List<String> statuses = new CopyOnWriteArrayList<>();
        final CompletableFuture<ChannelHandlerContext> added = new CompletableFuture<>();
        private ChannelHandlerContext context;

        @Override
        protected void handlerAdded0(ChannelHandlerContext ctx) {
            context = ctx;
            ctx.channel().config().setAutoRead(true);
            added.complete(ctx);
        }

        boolean isOpen() {
            return context == null || context.channel().isActive();
        }

        /** Begins a call, with so much of a message. */
        void call(String path, int octets) {
            Http2FrameStream stream = newStream();
            DefaultHttp2Headers head = new DefaultHttp2Headers();
            head.method("POST").scheme("https").path(path).authority("a").add("content-type", "application/grpc");
            context.write(new DefaultHttp2HeadersFrame(head).stream(stream));
            if (octets > 0) {
                context.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[octets])).stream(stream));
            }
            context.flush();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            switch (message) {
                case Http2ResetFrame reset -> resets.add(reset.errorCode());
                case Http2HeadersFrame head ->
                    statuses.add(String.valueOf(head.headers().get("grpc-status")));
                default -> {}
            }
            ReferenceCountUtil.release(message);
        }
    }

    private Frames connect() throws Exception {
        Frames frames = new Frames();
        rig.dial(
                rig.dialer(server, "g.test", Map.of()),
                LIMIT,
                opened -> opened.getNow()
                        .channel()
                        .pipeline()
                        .addLast(
                                Http2FrameCodecBuilder.forClient()
                                        .autoAckSettingsFrame(false)
                                        .build(),
                                frames));
        return frames;
    }

    private static void calls(Frames frames, int number, String path, int octets) throws Exception {
        frames.added
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .executor()
                .submit(() -> {
                    for (int i = 0; i < number; i++) {
                        frames.call(path, octets);
                    }
                })
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** RFC 9113 §6.5.2: the limit holds from the acknowledgement on; who never gives it must not be without one. */
    @Test
    void clientThatIgnoresTheSettings_getsNoMoreCallsThanOthers() throws Exception {
        Frames frames = connect();
        calls(frames, 200, "/S/Tun", 0);
        await("refusals", () -> frames.resets.size() >= 168);
        assertThat(frames.resets).hasSize(168).allMatch(code -> code == 7);
        assertThat(rig.accepted()).hasSize(32);
    }

    /** P28 of the security cases: refused one by one, or the whole connection given up. */
    @Test
    void p28_aHundredThousandCalls_areCapped_andTakeNoMemory() throws Exception {
        long before = heap();
        Frames frames = connect();
        int begun = 0;
        while (begun < 100_000 && frames.isOpen()) {
            calls(frames, 1_000, "/S/Tun", 0);
            begun += 1_000;
            assertThat(rig.accepted().size()).isLessThanOrEqualTo(32);
        }
        int all = begun;
        await("all refused", () -> !frames.isOpen() || frames.resets.size() + 32 >= all);
        long taken = heap() - before;
        System.out.printf(
                "P28: %,d calls begun, %d accepted, %,d reset, connection %s; %,d octets of heap more than before%n",
                begun, rig.accepted().size(), frames.resets.size(), frames.isOpen() ? "open" : "closed", taken);
        assertThat(rig.accepted()).hasSizeLessThanOrEqualTo(32);
        assertThat(taken).isLessThan(64L << 20);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** RFC 9113 §8.1. Else all that they send would be kept as long as the connection lives. */
    @Test
    void callsOfAnotherMethod_areAnsweredAndLetGoOf() throws Exception {
        Frames frames = connect();
        calls(frames, 20, "/Other/Method", 16_000);
        await("resets", () -> frames.resets.size() >= 20);
        assertThat(frames.resets).hasSize(20).allMatch(code -> code == 0);
        assertThat(frames.statuses).hasSize(20).allMatch("12"::equals);
        assertThat(rig.accepted()).isEmpty();
    }
}
