package io.sluice.outbound.loopback.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.flow.engine.FlowEngine;
import io.sluice.flow.engine.FlowSettings;
import io.sluice.outbound.loopback.LoopbackOutbound;
import io.sluice.policy.engine.RuleTable;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flows of inbound {@code door} go by the loopback outbound, which makes flows of inbound {@code second} of them; engine and rules are the real ones. */
class TurnsTest {

    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.7", 4_000);
    private static final InetSocketAddress SERVER = InetSocketAddress.createUnresolved("server.example", 443);
    private static final int SECONDS = 30;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final FlowEngine engine = new FlowEngine(FlowSettings.DEFAULTS, InstantSource.system());
    private final EchoOutbound echo = new EchoOutbound();
    private final LoopbackOutbound round = new LoopbackOutbound("round", "second");
    private EventLoop loop;

    @BeforeEach
    void takeUp() {
        loop = group.next();
        engine.addOutbound(echo, 0);
        round.joined(engine);
        engine.addOutbound(round, 0);
    }

    @AfterEach
    void end() throws Exception {
        engine.shutdown(Duration.ofSeconds(SECONDS));
        group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).sync();
    }

    private void rules(String second) throws Exception {
        engine.selector(
                RuleTable.compile(List.of("inboundTag=door -> round", "inboundTag=second -> " + second), "echo"));
    }

    private static FlowSource source(Network network) {
        return new FlowSource(network, "door", CLIENT, SERVER, Optional.of("alice"));
    }

    private PipeClient client(int octets) {
        PipeClient client = new PipeClient(source(Network.TCP), loop, octets);
        loop.execute(() -> engine.stream(client));
        return client;
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.sleep(5);
        }
    }

    private List<FlowSnapshot> ended(int count) throws InterruptedException {
        await(count + " flows ended", () -> engine.table().recent().size() >= count);
        return engine.table().recent();
    }

    @Test
    void stream_throughTheRulesAgain_carriesEverythingBothWaysAndItsEnds() throws Exception {
        rules("echo");

        PipeClient client = client(8 << 20);

        assertThat(client.ended.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("FIN");
        assertThat(client.received).hasValue(8 << 20);
        List<FlowSnapshot> flows = ended(2);
        assertThat(flows).extracting(f -> f.closeReason().orElseThrow()).containsOnly(CloseReason.FINISHED);
        assertThat(flows)
                .extracting(
                        f -> f.source().inboundTag() + " by " + f.outboundTag().orElseThrow())
                .containsExactlyInAnyOrder("door by round", "second by echo");
        FlowSource turned = echo.requests.getFirst().source();
        assertThat(turned.source()).isEqualTo(CLIENT);
        assertThat(turned.user()).contains("alice");
        assertThat(turned.turns()).isEqualTo(1);
        assertThat(turned.entry()).isEqualTo(FlowSource.Entry.PROXY);
        assertThat(echo.requests.getFirst().destination()).isEqualTo(SERVER);
    }

    @Test
    void stream_inACircle_isRefusedAfterTheLastTurn() throws Exception {
        rules("round");

        PipeClient client = client(1);

        assertThat(client.rejected.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(CloseReason.LOOP);
        List<FlowSnapshot> flows = ended(FlowSource.MAX_TURNS + 1);
        assertThat(flows).extracting(f -> f.closeReason().orElseThrow()).containsOnly(CloseReason.LOOP);
        assertThat(flows)
                .extracting(f -> f.detail().orElse(""))
                .anyMatch(d -> d.contains("a rule for inboundTag 'second' leads back to it"));
        assertThat(round.counters()).containsEntry("circles", 1L);
    }

    @Test
    void stream_refusedAsTheOtherInbounds_isRefusedWithThatReason() throws Exception {
        rules("!reject");

        PipeClient client = client(1);

        assertThat(client.rejected.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(CloseReason.POLICY_REJECTED);
        assertThat(ended(2))
                .extracting(f -> f.detail().orElse(""))
                .contains("as a flow of inbound 'second' it was refused: " + CloseReason.POLICY_REJECTED.sentence());
    }

    /** Whose way it was the second flow does not tell: neither may the first's. */
    @Test
    void stream_thatFailsAsTheOtherInbounds_blamesNobody() throws Exception {
        engine.selector(RuleTable.compile(List.of("inboundTag=second -> echo"), "echo"));
        echo.fails = new ConnectException(CloseReason.CONNECT_REFUSED, "the proxy's server refused");

        ConnectException failure = failure(source(Network.TCP));

        assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
        assertThat(failure.blame()).isEqualTo(Blame.UNKNOWN);
    }

    @Test
    void stream_abortedByTheFarSide_endsBothFlowsAsAborts() throws Exception {
        rules("echo");
        echo.resets = true;

        PipeClient client = client(1);

        assertThat(client.ended.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("abort");
        assertThat(ended(2)).extracting(f -> f.closeReason().orElseThrow()).containsOnly(CloseReason.REMOTE_ABORTED);
    }

    @Test
    void stream_closedByAnOperator_endsTheOtherFlowToo() throws Exception {
        rules("echo");
        PipeClient client = client(-1);
        await("both flows live", () -> engine.table().live().size() == 2);

        engine.table().close(f -> f.source().inboundTag().equals("second"));

        assertThat(client.ended.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("abort");
        assertThat(ended(2))
                .extracting(f -> f.closeReason().orElseThrow())
                .containsExactlyInAnyOrder(CloseReason.OPERATOR, CloseReason.REMOTE_ABORTED);
    }

    @Test
    void outboundsOwnConnection_isNotTurned() throws Exception {
        rules("echo");
        FlowSource own = new FlowSource(
                Network.TCP, "proxy", CLIENT, SERVER, Optional.empty(), FlowSource.MAX_TURNS, FlowSource.Entry.PROXY);

        assertThat(failure(own).reason()).isEqualTo(CloseReason.LOOP);
    }

    @Test
    void withoutARoom_nothingIsTurned() throws Exception {
        round.left(engine);

        assertThat(failure(source(Network.TCP)).reason()).isEqualTo(CloseReason.OUTBOUND_ABSENT);
    }

    private ConnectException failure(FlowSource from) throws Exception {
        CompletableFuture<Throwable> cause = new CompletableFuture<>();
        loop.execute(() -> round.openStream(new OpenRequest(1, from, SERVER, loop, Duration.ofSeconds(SECONDS)))
                .addListener((Future<ByteStream> done) -> cause.complete(done.cause())));
        return (ConnectException) cause.get(SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void datagrams_throughTheRulesAgain_comeBackFromTheirPeer() throws Exception {
        rules("echo");
        Association client = new Association();
        loop.execute(() -> engine.datagrams(client));
        DatagramPipe end = client.accepted.get(SECONDS, TimeUnit.SECONDS);

        for (String text : List.of("one", "", "three")) {
            loop.execute(() -> {
                end.send(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), 0, SERVER);
                end.flush();
            });
            assertThat(client.received.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo(Map.entry(SERVER, text));
        }

        loop.execute(() -> end.close(CloseReason.CLIENT_ABORTED));
        assertThat(ended(2)).extracting(f -> f.closeReason().orElseThrow()).containsOnly(CloseReason.CLIENT_ABORTED);
    }

    @Test
    void datagrams_inACircle_areRefusedAfterTheLastTurn() throws Exception {
        rules("round");
        Association client = new Association();
        loop.execute(() -> engine.datagrams(client));
        DatagramPipe end = client.accepted.get(SECONDS, TimeUnit.SECONDS);

        loop.execute(() -> end.send(Unpooled.buffer().writeZero(1), 0, SERVER));

        ended(FlowSource.MAX_TURNS + 1);
        assertThat(engine.table().recent())
                .extracting(f -> f.closeReason().orElseThrow())
                .contains(CloseReason.LOOP);
        await("nothing lives", () -> engine.table().live().isEmpty());
    }

    /** A client of datagrams in memory. */
    private final class Association implements DatagramRequest, DatagramReceiver {

        private final CompletableFuture<DatagramPipe> accepted = new CompletableFuture<>();
        private final BlockingQueue<Map.Entry<InetSocketAddress, String>> received = new LinkedBlockingQueue<>();

        @Override
        public FlowSource source() {
            return TurnsTest.source(Network.UDP);
        }

        @Override
        public EventLoop eventLoop() {
            return loop;
        }

        @Override
        public DatagramPort accept() {
            DatagramPipe mine = DatagramPipe.pair(loop);
            mine.receiver(this);
            loop.execute(() -> accepted.complete(mine));
            return mine.peer();
        }

        @Override
        public void reject(CloseReason reason) {
            accepted.completeExceptionally(new ConnectException(reason, "rejected"));
        }

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            received.add(Map.entry(peer, payload.toString(StandardCharsets.US_ASCII)));
            payload.release();
        }

        @Override
        public void batchComplete() {}
    }
}
