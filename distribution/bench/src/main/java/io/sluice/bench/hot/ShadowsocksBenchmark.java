package io.sluice.bench.hot;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.stream.ClientContext;
import io.sluice.shadowsocks.stream.ClientStreamCodec;
import io.sluice.shadowsocks.stream.ServerContext;
import io.sluice.shadowsocks.stream.ServerStreamCodec;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A MiB through a Shadowsocks client's codec, in reads of some size, from a socket's direct buffer to a socket's direct buffer, without the sockets. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(jvmArgsAppend = {"-Dio.netty.allocator.type=pooled", "-Dio.netty.leakDetection.level=disabled"})
public class ShadowsocksBenchmark {

    private static final int MIB = 8;
    private static final Method METHOD = Method.AES_256_GCM;
    private static final String PASSWORD = "a password";
    private static final InetSocketAddress DESTINATION = InetSocketAddress.createUnresolved("example.org", 443);

    @Param({"16384", "65536", "262144"})
    int read;

    private final SecureRandom random = new SecureRandom();
    private final ClientContext context =
            new ClientContext("the server", ClientKeys.of(METHOD, PASSWORD), () -> 0, random);
    private final byte[] plain = new byte[MIB << 20];
    private byte[] response;

    /** One response, which every client of the same key takes: SIP004 does not bind it to a request. */
    @Setup
    public void respond() {
        EmbeddedChannel client = new EmbeddedChannel(new ClientStreamCodec(context, DESTINATION, () -> {}));
        client.writeOutbound(Unpooled.buffer(1).writeByte(0));
        EmbeddedChannel server = new EmbeddedChannel(new ServerStreamCodec(
                ServerContext.of(ServerKeys.of(METHOD, PASSWORD, Map.of()), () -> 0, () -> 0, random), _ -> {}));
        server.writeInbound((Object) client.readOutbound());
        server.writeOutbound(Unpooled.wrappedBuffer(plain));
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = server.readOutbound(); next != null; next = server.readOutbound()) {
            all.writeBytes(next);
            next.release();
        }
        response = new byte[all.readableBytes()];
        all.readBytes(response).release();
        client.finishAndReleaseAll();
        server.finishAndReleaseAll();
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public long down() {
        Socket socket = new Socket();
        EmbeddedChannel channel = new EmbeddedChannel(new ClientStreamCodec(context, DESTINATION, () -> {}), socket);
        for (int at = 0; at < response.length; at += read) {
            channel.pipeline().fireChannelRead(read(channel.alloc(), response, at));
            channel.pipeline().fireChannelReadComplete();
        }
        channel.finishAndReleaseAll();
        return socket.octets;
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public long up() {
        Socket socket = new Socket();
        EmbeddedChannel channel = new EmbeddedChannel(socket, new ClientStreamCodec(context, DESTINATION, () -> {}));
        for (int at = 0; at < plain.length; at += read) {
            channel.write(read(channel.alloc(), plain, at), channel.voidPromise());
            channel.flush();
        }
        channel.finishAndReleaseAll();
        return socket.octets;
    }

    private ByteBuf read(ByteBufAllocator allocator, byte[] from, int at) {
        return allocator.directBuffer(read).writeBytes(from, at, Math.min(read, from.length - at));
    }

    /** Where the octets go: into a direct buffer, as epoll's channel does it, which lasts until the flush. */
    private static final class Socket extends ChannelDuplexHandler {

        private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>();
        private long octets;

        private void add(ChannelHandlerContext ctx, ByteBuf buffer) {
            octets += buffer.readableBytes();
            queue.add(ctx.alloc().directBuffer(buffer.readableBytes()).writeBytes(buffer));
            buffer.release();
        }

        private void empty() {
            for (ByteBuf next = queue.poll(); next != null; next = queue.poll()) {
                next.release();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            add(ctx, (ByteBuf) message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            empty();
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            add(ctx, (ByteBuf) message);
            if (!promise.isVoid()) {
                promise.setSuccess();
            }
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            empty();
        }
    }
}
