package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.flow.ByteStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The half-close of a stream over a socket of the loops. */
@Timeout(120)
class EpollStreamTest {

    private static final int MUCH = 16 << 20;

    private final BlockingQueue<Integer> reads = new LinkedBlockingQueue<>();
    private NettyEventLoops loops;
    private Socket far;
    private SocketChannel channel;
    private ByteStream stream;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Epoll.isAvailable(), "epoll is not available");
        loops = NettyEventLoops.open(1);
        EventLoop loop = loops.next();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            channel = (SocketChannel) new Bootstrap()
                    .group(loop)
                    .channel(loops.streamChannel())
                    .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            reads.add(((ByteBuf) message).readableBytes());
                            ((ByteBuf) message).release();
                        }
                    })
                    .connect(server.getLocalSocketAddress())
                    .sync()
                    .channel();
            far = server.accept();
            far.setSoTimeout(30_000);
        }
        stream = loops.stream(channel);
    }

    @AfterEach
    void close() throws Exception {
        if (loops != null) {
            loops.close(Duration.ofSeconds(3));
            far.close();
        }
    }

    private void halfClose() throws Exception {
        assertThat(channel.eventLoop()
                        .submit(stream::shutdownOutput)
                        .get(30, TimeUnit.SECONDS)
                        .await(30_000))
                .isTrue();
    }

    private static long exceptions(Recording recording, Path file) throws IOException {
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event ->
                        event.getClass("thrownClass").getName().equals(ChannelOutputShutdownException.class.getName()))
                .count();
    }

    @Test
    void halfClose_oneHandler_makesNoException(@TempDir Path folder) throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable("jdk.JavaExceptionThrow").withoutThreshold();
            recording.start();
            var counted = new ChannelOutputShutdownException("one, to see that they are counted");
            halfClose();
            assertThat(far.getInputStream().read()).isEqualTo(-1);
            assertThat(exceptions(recording, folder.resolve("exceptions.jfr")))
                    .as("besides: %s", counted.getMessage())
                    .isEqualTo(1);
        }
        assertThat(channel.isOutputShutdown()).isTrue();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void halfClose_behindWhatIsQueued_allOfItComesFirstAndReadingGoesOn() throws Exception {
        channel.eventLoop()
                .submit(() -> channel.write(Unpooled.wrappedBuffer(new byte[MUCH])))
                .get(30, TimeUnit.SECONDS);
        var fin = channel.eventLoop().submit(stream::shutdownOutput).get(30, TimeUnit.SECONDS);
        assertThat(fin.isDone()).as("sent before the far side read").isFalse();

        assertThat(far.getInputStream().readAllBytes()).hasSize(MUCH);
        assertThat(fin.await(30_000)).isTrue();
        assertThat(fin.isSuccess()).isTrue();
        far.getOutputStream().write(7);
        assertThat(reads.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void halfClose_severalHandlers_lateWriteFailsAndReadingGoesOn() throws Exception {
        channel.pipeline().addFirst(new ChannelInboundHandlerAdapter());
        halfClose();
        var late = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).await();
        assertThat(late.cause()).isInstanceOf(ClosedChannelException.class);
        far.getOutputStream().write(7);
        assertThat(reads.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void halfClose_ofAClosedChannel_fails() throws Exception {
        channel.close().sync();
        assertThat(channel.eventLoop()
                        .submit(stream::shutdownOutput)
                        .get(30, TimeUnit.SECONDS)
                        .await()
                        .isSuccess())
                .isFalse();
    }

    @Test
    void reset_afterHalfClose_resetsTheFarSide() throws Exception {
        halfClose();
        assertThat(far.getInputStream().read()).isEqualTo(-1);
        channel.eventLoop().submit(stream::reset).get(30, TimeUnit.SECONDS);
        channel.closeFuture().sync();
        String end = "none";
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (end.equals("none") && System.nanoTime() < deadline) {
            try {
                far.getOutputStream().write(7);
                LockSupport.parkNanos(1_000_000);
            } catch (SocketException e) {
                end = e.getMessage();
            }
        }
        assertThat(end).containsAnyOf("reset", "Broken pipe");
    }
}
