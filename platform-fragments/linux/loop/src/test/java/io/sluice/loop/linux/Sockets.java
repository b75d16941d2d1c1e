package io.sluice.loop.linux;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import io.sluice.loop.NettyEventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One loop with the backend, and sockets on it. */
final class Sockets implements AutoCloseable {

    /** As the product has it. */
    final ByteBufAllocator allocator = new PooledByteBufAllocator(true);

    final LinuxDatagramBackend backend = new LinuxDatagramBackend(allocator);
    private final List<DatagramIo> opened = new ArrayList<>();

    final NettyEventLoops loops = NettyEventLoops.open(1, () -> backend);

    DatagramChannel channel(String address, InetSocketAddress peer) throws InterruptedException {
        return channel(new InetSocketAddress(InetAddress.ofLiteral(address), 0), peer);
    }

    /** Bound to the one, connected to the other if there is one. */
    DatagramChannel channel(InetSocketAddress local, InetSocketAddress peer) throws InterruptedException {
        Bootstrap bootstrap = new Bootstrap()
                .group(loops.loop(0))
                .channel(loops.datagramChannel())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_RCVBUF, 4 << 20)
                .handler(new ChannelInboundHandlerAdapter());
        return (DatagramChannel) (peer == null ? bootstrap.bind(local) : bootstrap.connect(peer, local))
                .sync()
                .channel();
    }

    /** A socket that reads. */
    DatagramIo open(DatagramChannel channel, DatagramSink sink) throws Exception {
        return onLoop(() -> {
            DatagramIo io = loops.datagrams(channel, sink);
            io.reading(true);
            opened.add(io);
            return io;
        });
    }

    <T> T onLoop(Callable<T> task) throws Exception {
        return loops.loop(0).submit(task).get(30, TimeUnit.SECONDS);
    }

    static void await(BooleanSupplier condition, Object state) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within 30 s: " + state);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() throws Exception {
        onLoop(() -> {
            opened.forEach(DatagramIo::close);
            return null;
        });
        backend.deactivate();
        loops.close(Duration.ofSeconds(2));
    }

    /** Writes down what it gets, cut into datagrams. */
    static final class Taker implements DatagramSink {

        final List<byte[]> received = new CopyOnWriteArrayList<>();
        final List<InetSocketAddress> senders = new CopyOnWriteArrayList<>();
        final List<IOException> failures = new CopyOnWriteArrayList<>();
        final List<ByteBuf> kept = new CopyOnWriteArrayList<>();
        volatile int lost;
        volatile int joined;
        volatile boolean keeps;

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
            int step = segmentSize == 0 ? Math.max(1, payload.readableBytes()) : segmentSize;
            joined += segmentSize == 0 ? 0 : 1;
            if (keeps) {
                kept.add(payload.retainedSlice());
            }
            do {
                if (from != null) {
                    senders.add(from); // first: a test that waits for what was received looks at them next
                }
                received.add(ByteBufUtil.getBytes(payload.readSlice(Math.min(step, payload.readableBytes()))));
            } while (payload.isReadable());
            payload.release();
        }

        @Override
        public void batchComplete() {}

        @Override
        public void failed(IOException cause, int number) {
            lost += number;
            failures.add(cause);
        }
    }
}
