package io.sluice.outbound.dns.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.dialer.HostDialer;
import io.sluice.loop.NettyEventLoops;
import io.sluice.wire.dns.DnsMessage;
import io.sluice.wire.dns.DnsRcode;
import io.sluice.wire.dns.DnsType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client's questions through the outbound to a name server on loopback. */
class DnsProxyTest {

    private static final int SECONDS = 30;

    /** Where the client thinks that it asks. */
    private static final InetSocketAddress MEANT = new InetSocketAddress("192.0.2.53", 53);

    private InetSocketAddress meant = MEANT;
    private Optional<FlowSource> from = Optional.empty();
    private NettyEventLoops loops;
    private NameServer server;
    private HostDialer dialer;

    @BeforeEach
    void start() throws Exception {
        loops = NettyEventLoops.open(1);
        server = new NameServer();
        dialer = HostDialer.of(Map.of("outbound.tag", "names"), loops, OpenEgress::new, null);
    }

    @AfterEach
    void stop() throws Exception {
        dialer.close();
        server.close();
        loops.close(Duration.ofSeconds(SECONDS));
    }

    private DnsProxy proxy(InetSocketAddress to, Network network, String... rules) {
        return new DnsProxy(
                dialer,
                new Rewrite(Optional.of(network), to.getAddress().getHostAddress(), to.getPort()),
                DnsRules.of(List.of(rules)));
    }

    private OpenRequest request(Network network) {
        FlowSource source = from.orElseGet(
                () -> new FlowSource(network, "test", new InetSocketAddress("127.0.0.1", 1), meant, Optional.empty()));
        return new OpenRequest(1, source, meant, loops.next(), Duration.ofSeconds(SECONDS));
    }

    private static DnsMessage message(ByteBuf octets) {
        ByteBuffer view = octets.nioBuffer();
        return DnsMessage.parse(view, view.position());
    }

    /** What a client sees: answers, and "FIN", an exception or "abort". */
    private final class Client extends ChannelInboundHandlerAdapter implements DatagramReceiver {

        private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        private final BlockingQueue<CloseReason> unreachable = new LinkedBlockingQueue<>();
        private ByteStream stream;
        private DatagramPort port;

        Client overTcp(DnsProxy proxy) throws Exception {
            OpenRequest request = request(Network.TCP);
            stream = request.eventLoop()
                    .submit(() -> proxy.openStream(request))
                    .sync()
                    .getNow()
                    .sync()
                    .getNow();
            stream.channel().pipeline().addLast(StreamUpstream.messages(), this);
            stream.channel().config().setAutoRead(true);
            return this;
        }

        Client overUdp(DnsProxy proxy) throws Exception {
            OpenRequest request = request(Network.UDP);
            port = request.eventLoop()
                    .submit(() -> proxy.openDatagrams(request))
                    .sync()
                    .getNow()
                    .sync()
                    .getNow();
            port.receiver(this);
            port.closed().addListener((Future<CloseReason> closed) -> {
                if (closed.cause() != null) {
                    seen.add(closed.cause());
                }
            });
            return this;
        }

        Client asks(int id, String name, int type) {
            ByteBuf query = DnsRulesTest.octets(id, name, type);
            if (stream != null) {
                stream.channel().write(Unpooled.buffer().writeShort(query.readableBytes()));
                stream.channel().writeAndFlush(query);
            } else {
                EventLoop loop = port.eventLoop();
                loop.execute(() -> {
                    port.send(query, 0, meant);
                    port.flush();
                });
            }
            return this;
        }

        DnsMessage answer() throws InterruptedException {
            Object next = seen.poll(SECONDS, TimeUnit.SECONDS);
            assertThat(next).isInstanceOf(DnsMessage.class);
            return (DnsMessage) next;
        }

        Object next() throws InterruptedException {
            return seen.poll(SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            seen.add(message((ByteBuf) message));
            ((ByteBuf) message).release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                seen.add("FIN");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            seen.add(cause);
        }

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            assertThat(peer).isEqualTo(meant);
            seen.add(message(payload));
            payload.release();
        }

        @Override
        public void batchComplete() {}

        @Override
        public void unreachable(InetSocketAddress peer, CloseReason reason) {
            unreachable.add(reason);
        }
    }

    @Test
    void questionsOfEveryCombination_areAnswered() throws Exception {
        for (Network asks : List.of(Network.TCP, Network.UDP)) {
            for (Network asked : List.of(Network.TCP, Network.UDP)) {
                DnsProxy proxy = proxy(asked == Network.TCP ? server.tcp() : server.udp(), asked);
                Client client = asks == Network.TCP ? new Client().overTcp(proxy) : new Client().overUdp(proxy);
                for (int id = 1; id <= 3; id++) {
                    client.asks(id, "a" + id + ".example", DnsType.A);
                    assertThat(client.answer().id()).isEqualTo(id);
                }
                assertThat(proxy.counters().snapshot())
                        .containsEntry("queriesForwarded", 3L)
                        .containsEntry("answersReceived", 3L);
            }
        }
        assertThat(server.asked)
                .hasSize(12)
                .filteredOn(q -> q.startsWith("tcp"))
                .hasSize(6);
    }

    @Test
    void refusedQuestion_isAnsweredHereAndTheServerIsNotAsked() throws Exception {
        for (Client client : List.of(
                new Client().overTcp(proxy(server.tcp(), Network.TCP)),
                new Client().overUdp(proxy(server.udp(), Network.UDP)))) {
            client.asks(7, "a.example", DnsType.HTTPS);
            DnsMessage answer = client.answer();
            assertThat(answer.id()).isEqualTo(7);
            assertThat(answer.rcode()).isEqualTo(DnsRcode.REFUSED);
            assertThat(answer.isResponse()).isTrue();
        }
        assertThat(server.asked).isEmpty();
    }

    @Test
    void droppedQuestion_isNotAnsweredButTheNextIs() throws Exception {
        Client client = new Client().overUdp(proxy(server.udp(), Network.UDP, "drop type=65"));

        client.asks(1, "a.example", DnsType.HTTPS).asks(2, "a.example", DnsType.A);

        assertThat(client.answer().id()).isEqualTo(2);
    }

    @Test
    void pipelinedQuestionsOverTcp_areAllAnswered() throws Exception {
        Client client = new Client().overTcp(proxy(server.tcp(), Network.TCP));

        for (int id = 0; id < 500; id++) {
            client.asks(id, "a.example", DnsType.A);
        }

        for (int id = 0; id < 500; id++) {
            assertThat(client.answer().id()).isEqualTo(id);
        }
    }

    @Test
    void largeAnswerOfAStream_isCutForADatagramClient() throws Exception {
        server.large = true;
        Client client = new Client().overUdp(proxy(server.tcp(), Network.TCP));

        client.asks(1, "a-rather-long-name.example", DnsType.A);

        assertThat(client.answer().isTruncated()).isTrue();
    }

    @Test
    void finBehindQuestions_isAnsweredByFinBehindTheLastAnswer() throws Exception {
        Client client = new Client().overTcp(proxy(server.tcp(), Network.TCP));

        client.asks(1, "a.example", DnsType.A).asks(2, "a.example", DnsType.AAAA);
        client.stream.shutdownOutput();

        assertThat(client.answer().id()).isEqualTo(1);
        assertThat(client.answer().id()).isEqualTo(2);
        assertThat(client.next()).isEqualTo("FIN");
    }

    @Test
    void serverThatHangsUp_isNamedWithHowManyQuestions() throws Exception {
        server.rude = true;
        for (Client client : List.of(
                new Client().overTcp(proxy(server.tcp(), Network.TCP)),
                new Client().overUdp(proxy(server.tcp(), Network.TCP)))) {
            client.asks(1, "a.example", DnsType.A);

            assertThat(client.next()).isInstanceOfSatisfying(ConnectException.class, e -> {
                assertThat(e.reason()).isEqualTo(CloseReason.PROXY_FAILED);
                assertThat(e).hasMessageContaining("with 1 questions unanswered");
            });
        }
    }

    @Test
    void serverThatIsNotThere_isNamed() throws Exception {
        InetSocketAddress nobody = server.tcp();
        server.close();
        Client client = new Client().overTcp(proxy(nobody, Network.TCP));

        client.asks(1, "a.example", DnsType.A);

        assertThat(client.next())
                .isInstanceOfSatisfying(
                        ConnectException.class, e -> assertThat(e.reason()).isEqualTo(CloseReason.CONNECT_REFUSED));
    }

    @Test
    void whatIsNoDns_endsTheStreamWithASentence() throws Exception {
        Client client = new Client().overTcp(proxy(server.tcp(), Network.TCP));

        client.stream.channel().writeAndFlush(Unpooled.copiedBuffer(new byte[] {0, 3, 1, 2, 3}));

        assertThat(client.next()).isInstanceOfSatisfying(ConnectException.class, e -> {
            assertThat(e.reason()).isEqualTo(CloseReason.OUTBOUND_UNSUPPORTED);
            assertThat(e).hasMessageContaining("no DNS query");
        });
    }

    /** P06: the server that a client has chosen is no nearer to it by being asked for a name. */
    @Test
    void serverOfThisHost_isAskedForNoClientOfAnother() throws Exception {
        InetSocketAddress away = new InetSocketAddress("192.168.7.7", 4_000);
        InetSocketAddress here = new InetSocketAddress("127.0.0.1", 4_000);
        for (Network network : List.of(Network.TCP, Network.UDP)) {
            meant = network == Network.TCP ? server.tcp() : server.udp();
            for (FlowSource asker : List.of(
                    new FlowSource(network, "test", away, meant, Optional.of("user")),
                    FlowSource.keyed(network, "test", here, meant, Optional.empty()))) {
                from = Optional.of(asker);
                Client client = client(network);
                client.asks(1, "a.example", DnsType.A);
                if (network == Network.TCP) {
                    assertThat(client.next())
                            .isInstanceOfSatisfying(
                                    ConnectException.class,
                                    e -> assertThat(e.reason()).isEqualTo(CloseReason.POLICY_REJECTED));
                } else {
                    assertThat(client.unreachable.poll(SECONDS, TimeUnit.SECONDS))
                            .isEqualTo(CloseReason.POLICY_REJECTED);
                }
            }
            assertThat(server.asked).isEmpty();
            from = Optional.of(new FlowSource(network, "test", here, meant, Optional.empty()));
            Client client = client(network);
            client.asks(2, "a.example", DnsType.A);
            assertThat(client.answer().id()).isEqualTo(2);
            server.asked.clear();
        }
    }

    private Client client(Network network) throws Exception {
        DnsProxy proxy = new DnsProxy(dialer, new Rewrite(Optional.empty(), "", 0), DnsRules.of(List.of()));
        return network == Network.TCP ? new Client().overTcp(proxy) : new Client().overUdp(proxy);
    }

    @Test
    void whereTheClientMeans_isAskedIfNothingIsConfigured() {
        Rewrite none = new Rewrite(Optional.empty(), "", 0);
        assertThat(none.server(MEANT)).isEqualTo(MEANT);
        assertThat(none.network(Network.UDP)).isEqualTo(Network.UDP);
        assertThat(none.description()).isEqualTo("the server that is asked");

        Rewrite port = new Rewrite(Optional.of(Network.TCP), "", 5_353);
        assertThat(port.server(MEANT)).isEqualTo(new InetSocketAddress(MEANT.getAddress(), 5_353));
        assertThat(port.description()).isEqualTo("the server that is asked, port 5353 by tcp");

        Rewrite name = new Rewrite(Optional.empty(), "ns.example", 0);
        assertThat(name.server(MEANT)).isEqualTo(InetSocketAddress.createUnresolved("ns.example", 53));
    }
}
