package io.sluice.loop.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.loop.TcpOptions;
import io.sluice.loop.NettyEventLoops;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A far side that is gone without a word, and one that is only slow. */
@Tag("netns")
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class VanishedPeer_NetnsTest {

    private static final InetAddress FAR = InetAddress.ofLiteral("10.79.0.2");

    /** The catalogue's 15 s (F06), the kernel's last repetition beyond it, and what a full machine may add. */
    private static final int NOTICED_WITHIN = 25;

    private NetworkNamespace here;
    private NetworkNamespace there;
    private NettyEventLoops loops;
    private ServerSocket server;
    private Socket far;
    private SocketChannel channel;
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    @BeforeEach
    void connect() throws Exception {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        here = NetworkNamespace.create();
        there = NetworkNamespace.create();
        here.link("v0", "10.79.0.1/24", there, "v0", "10.79.0.2/24");
        loops = NettyEventLoops.open(1);
        server = there.call(() -> {
            ServerSocket made = new ServerSocket();
            made.setReceiveBufferSize(4_096);
            made.bind(new InetSocketAddress(FAR, 9_000));
            return made;
        });
        channel = here.call(() -> loops.newStream(FAR));
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                ended.complete(String.valueOf(cause.getMessage()));
                context.close();
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                ended.complete("closed");
            }
        });
        loops.next().register(channel).sync();
        loops.configure(channel, TcpOptions.KEEP_ALIVE);
        channel.connect(new InetSocketAddress(FAR, 9_000)).sync();
        far = server.accept();
    }

    @AfterEach
    void close() throws Exception {
        if (loops != null) {
            loops.close(Duration.ofSeconds(3));
            far.close();
            server.close();
        }
        if (here != null) {
            here.close();
            there.close();
        }
    }

    private void silence() {
        there.exec("nft", "table inet t { chain i { type filter hook input priority 0; tcp dport 9000 drop; }; }");
    }

    @Test
    void whileOctetsAreUnacknowledged_isNoticedAsSoonAsAnIdleOne() throws Exception {
        silence();
        channel.writeAndFlush(Unpooled.copiedBuffer(new byte[100])).sync();
        assertThat(ended.get(NOTICED_WITHIN, TimeUnit.SECONDS)).contains("timed out");
    }

    /** Its window is closed for longer than a far side may be silent. */
    @Test
    void slowReader_isWaitedFor() throws Exception {
        int length = 8 << 20; // more than the two kernels keep
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[length]));
        TimeUnit.SECONDS.sleep(NOTICED_WITHIN);
        assertThat(ended).isNotDone();
        InputStream in = far.getInputStream();
        assertThat(in.readNBytes(length)).hasSize(length);
        assertThat(ended).isNotDone();
    }

    /** A line that comes back in time takes nothing away, and leaves no limit. */
    @Test
    void shortSilence_isOutlived() throws Exception {
        silence();
        channel.writeAndFlush(Unpooled.copiedBuffer(new byte[100])).sync();
        awaitLimit(14_000);
        there.exec("nft", "delete table inet t");
        far.setSoTimeout(30_000);
        assertThat(far.getInputStream().readNBytes(100)).hasSize(100);
        awaitLimit(0);
        assertThat(ended).isNotDone();
    }

    /** A packet in three seconds: each is answered, though what TCP repeats at first is long ago. */
    @Test
    void crawlingLine_isNoSilence() throws Exception {
        there.exec(
                "nft",
                "table inet t { chain i { type filter hook input priority 0;"
                        + " tcp dport 9000 limit rate 20/minute burst 1 packets accept; tcp dport 9000 drop; }; }");
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[40_000]));
        far.setSoTimeout(1_000);
        InputStream in = far.getInputStream();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (System.nanoTime() < end) {
            try {
                in.read(new byte[10_000]);
            } catch (SocketTimeoutException e) {
                // The assertion tells.
            }
            assertThat(ended).isNotDone();
        }
    }

    private void awaitLimit(int millis) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(NOTICED_WITHIN).toNanos();
        while (limit() != millis) {
            assertThat(System.nanoTime()).as("the limit is " + limit()).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private int limit() {
        return channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT);
    }
}
