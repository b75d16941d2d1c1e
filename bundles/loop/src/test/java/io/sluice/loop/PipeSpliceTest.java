package io.sluice.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.loop.StreamSplicer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One direction between two real sockets of one loop. */
@Timeout(120)
class PipeSpliceTest {

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final AtomicLong moved = new AtomicLong();
    private NettyEventLoops loops;
    private EventLoop loop;
    private Socket sender;
    private Socket receiver;
    private Channel from;
    private Channel to;

    @BeforeEach
    void open() throws Exception {
        assumeThat(Epoll.isAvailable()).isTrue();
        loops = NettyEventLoops.open(1);
        loop = loops.next();
        try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getByName("127.0.0.1"))) {
            from = connect(server);
            sender = server.accept();
            to = connect(server);
            receiver = server.accept();
        }
    }

    @AfterEach
    void close() throws Exception {
        if (loops != null) {
            loops.close(Duration.ofSeconds(3));
            sender.close();
            receiver.close();
        }
    }

    private Channel connect(ServerSocket server) throws InterruptedException {
        return new Bootstrap()
                .group(loop)
                .channel(loops.streamChannel())
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        events.add("read");
                        context.fireChannelRead(message);
                    }

                    @Override
                    public void userEventTriggered(ChannelHandlerContext context, Object event) {
                        if (event instanceof ChannelInputShutdownEvent) {
                            events.add("FIN");
                        }
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        events.add("exception");
                    }
                })
                .connect(server.getLocalSocketAddress())
                .sync()
                .channel();
    }

    private StreamSplicer.Splice splice() throws Exception {
        StreamSplicer.Splice splice = loop.submit(() -> loops.splice(from, to, new StreamSplicer.Listener() {
                    @Override
                    public void moved(int octets) {
                        PipeSpliceTest.this.moved.addAndGet(octets);
                    }

                    @Override
                    public void handedBack() {
                        events.add("handed back");
                    }

                    @Override
                    public void failed(boolean reading, IOException cause) {
                        events.add(reading ? "reading failed" : "writing failed");
                    }
                }))
                .get();
        assertThat(splice).isNotNull();
        return splice;
    }

    private LoopPipes pipes() {
        return loops.splicer().pipes(loop);
    }

    private int used() throws Exception {
        return loop.submit(() -> pipes().used()).get();
    }

    /** What has been moved once no more of it is: never nothing, for the sender's thread may begin late. */
    private long standstill() throws InterruptedException {
        long before = 0;
        while (moved.get() == 0 || moved.get() != before) {
            before = moved.get();
            assertThat(events.poll(300, TimeUnit.MILLISECONDS)).isNull();
        }
        return before;
    }

    private String event() throws InterruptedException {
        return events.poll(30, TimeUnit.SECONDS);
    }

    private void send(byte[] octets) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                sender.getOutputStream().write(octets);
                sender.shutdownOutput();
            } catch (IOException e) {
                events.add("not sent");
            }
        });
    }

    private static byte[] octets(int length) {
        byte[] octets = new byte[length];
        new Random(3).nextBytes(octets);
        return octets;
    }

    @Test
    void octetsAndFin_octetsGoByThePipeAndTheFinIsReadByTheChannel() throws Exception {
        byte[] octets = octets(20_000_001);
        splice();
        send(octets);
        assertThat(receiver.getInputStream().readNBytes(octets.length)).isEqualTo(octets);
        assertThat(event()).isEqualTo("handed back");
        assertThat(event()).isEqualTo("FIN");
        assertThat(moved).hasValue(octets.length);
        assertThat(used()).isZero();
    }

    @Test
    void receiverStandsStill_senderIsStoppedThenAllArrives() throws Exception {
        byte[] octets = octets(48 << 20);
        splice();
        send(octets);
        long before = standstill();
        assertThat(before).isPositive().isLessThan(octets.length);
        assertThat(receiver.getInputStream().readNBytes(octets.length)).isEqualTo(octets);
        assertThat(event()).isEqualTo("handed back");
        assertThat(moved).hasValue(octets.length);
    }

    @Test
    void nothingMoves_thePipeIsGivenBackAndTheChannelReadsAgain() throws Exception {
        splice();
        assertThat(used()).isEqualTo(1);
        assertThat(event()).isEqualTo("handed back");
        assertThat(used()).isZero();
        sender.getOutputStream().write(1);
        assertThat(event()).isEqualTo("read");
    }

    @Test
    void senderResets_readingFails() throws Exception {
        splice();
        sender.getOutputStream().write(new byte[100_000]);
        assertThat(receiver.getInputStream().readNBytes(100_000)).hasSize(100_000);
        sender.setSoLinger(true, 0);
        sender.close();
        assertThat(event()).isEqualTo("reading failed");
        assertThat(used()).isZero();
    }

    @Test
    void senderResetsWhileThePipeIsFull_failsAndThePipeIsNotUsedAgain() throws Exception {
        byte[] octets = octets(48 << 20); // made before: a splice that moves nothing for a second is over
        splice();
        send(octets);
        standstill();
        sender.setSoLinger(true, 0);
        sender.close();
        assertThat(List.of(event(), event())).contains("reading failed");
        assertThat(loop.submit(() -> pipes().used() + pipes().waiting()).get()).isZero();
    }

    @Test
    void receiverResets_writingFails() throws Exception {
        byte[] octets = octets(8 << 20);
        splice();
        receiver.setSoLinger(true, 0);
        receiver.close();
        send(octets);
        // The receiving channel may have read the reset before.
        List<String> told = new ArrayList<>();
        while (!told.contains("writing failed")) {
            String next = event();
            assertThat(next).as("after %s", told).isNotNull();
            told.add(next);
        }
        assertThat(used()).isZero();
    }

    @Test
    void endedByItsOwner_nothingIsCalledBackAndTheChannelReads() throws Exception {
        StreamSplicer.Splice splice = splice();
        loop.submit(splice::end).get();
        loop.submit(splice::end).get();
        sender.getOutputStream().write(1);
        assertThat(event()).isEqualTo("read");
        assertThat(used()).isZero();
    }

    @Test
    void tooManyPipes_noSplice() throws Exception {
        loop.submit(() -> {
                    for (int i = 0; i < LoopPipes.MOST; i++) {
                        assertThat(pipes().take()).isNotNull();
                    }
                    assertThat(pipes().take()).isNull();
                    assertThat(loops.splice(from, to, null)).isNull();
                })
                .get();
    }
}
