package io.sluice.dialer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.egress.EgressOptions;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamDialer;
import io.sluice.api.transport.StreamLayer;
import io.sluice.loop.NettyEventLoops;
import io.sluice.testkit.peer.TinyNameServer;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Composition, and the bottom of the chain on the loopback. */
class ServerChainTest {

    private static final long LIMIT_SECONDS = 30;

    private final NettyEventLoops loops = NettyEventLoops.open(1);
    private final List<String> bound = new CopyOnWriteArrayList<>();
    private final List<String> composed = new ArrayList<>();

    @AfterEach
    void close() throws InterruptedException {
        loops.close(Duration.ofSeconds(2));
    }

    private static Map<String, Object> properties(int port, Object... more) {
        Map<String, Object> all = new HashMap<>(Map.of("outbound.tag", "t", "address", "127.0.0.1", "port", port));
        for (int i = 0; i < more.length; i += 2) {
            all.put((String) more[i], more[i + 1]);
        }
        return all;
    }

    private ServerChain chain(Map<String, Object> properties, Layers layers) {
        return ServerChain.of(properties, loops, Binder::new, layers);
    }

    private Future<ByteStream> dial(StreamDialer dialer) throws Exception {
        EventLoop loop = loops.next();
        return loop.submit(() -> dialer.dial(DialRequest.of(1, loop, Duration.ofSeconds(LIMIT_SECONDS))))
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void layers_areStackedInOrder_eachWithItsSettings() {
        ServerChain chain = chain(
                properties(443, "one.a", "x", "two.b", "y", ".two.s", "secret"),
                new Layers(new Noted("one"), new Noted("two"), null));

        assertThat(composed).containsExactly("one a=x b= s=", "two a= b=y s=secret");
        assertThat(chain.description()).isEqualTo("127.0.0.1:443 over one, two");
        chain.close();
        assertThat(composed).endsWith("close two", "close one");
    }

    @Test
    void reach_isTheServer_orNowhereWhereAnotherOutboundGoes() {
        ServerChain own = chain(properties(443), Layers.NONE);
        assertThat(own.reach(Network.TCP, Network.UDP)).isEqualTo(Reach.both(new InetSocketAddress("127.0.0.1", 443)));
        own.close();
        ServerChain named = chain(properties(443, "address", "p.example"), Layers.NONE);
        assertThat(named.reach(Network.TCP))
                .isEqualTo(Reach.of(InetSocketAddress.createUnresolved("p.example", 443), Network.TCP));
        named.close();
        Outbound other = (Outbound) Proxy.newProxyInstance(
                ServerChainTest.class.getClassLoader(),
                new Class<?>[] {Outbound.class},
                (self, method, arguments) -> fail("nothing is asked of it"));
        ServerChain through = chain(properties(443), new Layers(null, null, other));
        assertThat(through.reach(Network.TCP)).isEqualTo(Reach.NOWHERE);
        through.close();
    }

    @Test
    void otherOutbound_refusedByItsDestination_thatIsOurWay() throws Exception {
        Outbound other = (Outbound) Proxy.newProxyInstance(
                ServerChainTest.class.getClassLoader(),
                new Class<?>[] {Outbound.class},
                (self, method, arguments) -> ((OpenRequest) arguments[0])
                        .eventLoop()
                        .newFailedFuture(new ConnectException(CloseReason.CONNECT_REFUSED, "no server there")
                                .blaming(Blame.DESTINATION)));
        ServerChain through = chain(properties(443), new Layers(null, null, other));
        ConnectException failure = (ConnectException) dial(through).await().cause();
        assertThat(failure).hasMessage("no server there");
        assertThat(failure.reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
        assertThat(failure.blame()).isEqualTo(Blame.WAY);
        through.close();
    }

    @Test
    void badProperties_areOneSentenceEach() {
        assertThatThrownBy(() -> chain(properties(0), Layers.NONE))
                .hasMessage("outbound \"t\": port is not between 1 and 65535");
        assertThatThrownBy(() -> chain(properties(1, "address", " "), Layers.NONE))
                .hasMessageStartingWith("outbound \"t\": address is empty");
        assertThatThrownBy(() -> chain(properties(1, "sendThrough", "here"), Layers.NONE))
                .hasMessage("outbound \"t\": sendThrough \"here\" is not an IP address");
    }

    @Test
    void socket_isBoundAsConfigured_beforeItConnects() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            ServerChain chain = chain(
                    properties(
                            server.getLocalPort(),
                            "sockopt.interface",
                            "lo",
                            "sockopt.mark",
                            7,
                            "sockopt.tcpKeepAliveIdle",
                            60,
                            "sockopt.tcpUserTimeout",
                            9_000),
                    Layers.NONE);
            ByteStream stream = dial(chain).get(LIMIT_SECONDS, TimeUnit.SECONDS);

            assertThat(bound).containsExactly("127.0.0.1 by Optional[lo] mark OptionalInt[7]");
            assertThat(stream.channel().config().isAutoRead()).isFalse();
            stream.channel().eventLoop().submit(stream::reset).get(LIMIT_SECONDS, TimeUnit.SECONDS);
            chain.close();
        }
    }

    /** A server that is gone without a word is noticed, unless the configuration says otherwise. */
    @Test
    void socket_isWatched_asConfiguredOrForFifteenSeconds() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            int port = server.getLocalPort();
            assertThat(watch(properties(port))).isEqualTo("true 4 2 5");
            assertThat(watch(properties(port, "sockopt.tcpKeepAliveIdle", 60))).startsWith("true 60 ");
            assertThat(watch(properties(port, "sockopt.tcpKeepAliveInterval", -1)))
                    .startsWith("false ");
        }
    }

    private String watch(Map<String, Object> properties) throws Exception {
        ServerChain chain = chain(properties, Layers.NONE);
        ByteStream stream = dial(chain).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        Map<String, Object> options = new HashMap<>();
        stream.channel().config().getOptions().forEach((option, value) -> options.put(option.name(), value));
        stream.channel().eventLoop().submit(stream::reset).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        chain.close();
        String epoll = "io.netty.channel.epoll.EpollChannelOption#";
        return options.get("SO_KEEPALIVE") + " " + options.get(epoll + "TCP_KEEPIDLE") + " "
                + options.get(epoll + "TCP_KEEPINTVL") + " " + options.get(epoll + "TCP_KEEPCNT");
    }

    @Test
    void nameWithSeveralAddresses_beginsWithTheOneThatStoodLast() throws Exception {
        try (TinyNameServer names = new TinyNameServer(false, "127.0.0.2", "127.0.0.1");
                ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            ServerChain chain = ServerChain.of(
                    properties(server.getLocalPort(), "address", "p.example", "sockopt.interface", "lo"),
                    loops,
                    Binder::new,
                    Layers.NONE,
                    List.of(names.address()));
            for (int i = 0; i < 2; i++) {
                ByteStream stream = dial(chain).get(LIMIT_SECONDS, TimeUnit.SECONDS);
                stream.channel().eventLoop().submit(stream::reset).get(LIMIT_SECONDS, TimeUnit.SECONDS);
            }
            assertThat(bound.stream().filter(b -> b.contains("by Optional[lo]")))
                    .extracting(b -> b.substring(0, b.indexOf(' ')))
                    .containsExactly("127.0.0.2", "127.0.0.1", "127.0.0.1");
            chain.close();
        }
    }

    @Test
    void withoutBinder_nothingIsDialled() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            ServerChain chain = ServerChain.of(properties(server.getLocalPort()), loops, () -> null, Layers.NONE);
            Future<ByteStream> dialled = dial(chain);
            assertThat(dialled.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(((ConnectException) dialled.cause()).reason()).isEqualTo(CloseReason.EGRESS_UNAVAILABLE);
            chain.close();
        }
    }

    @Test
    void addresses_alternate_afterTheFirstFamilysShare() {
        List<InetAddress> mixed = List.of(
                InetAddress.ofLiteral("192.0.2.1"),
                InetAddress.ofLiteral("192.0.2.2"),
                InetAddress.ofLiteral("192.0.2.3"),
                InetAddress.ofLiteral("2001:db8::1"));
        assertThat(AddressPreference.IPV4_FIRST.order(mixed, 2))
                .extracting(InetAddress::getHostAddress)
                .containsExactly("192.0.2.1", "192.0.2.2", "2001:db8:0:0:0:0:0:1", "192.0.2.3");
        assertThat(AddressPreference.IPV4_FIRST.preferring(true)).isEqualTo(AddressPreference.IPV6_FIRST);
        assertThat(AddressPreference.IPV4_ONLY.preferring(true)).isEqualTo(AddressPreference.IPV4_ONLY);
    }

    /** Writes down how it was made. */
    private final class Noted implements StreamLayer {

        private final String name;

        Noted(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public StreamDialer dialer(StreamDialer below, LayerSettings settings) {
            composed.add(name + " a=" + settings.string("a").orElse("") + " b="
                    + settings.string("b").orElse("") + " s="
                    + settings.secret("s").orElse(""));
            return new StreamDialer() {
                @Override
                public Future<ByteStream> dial(DialRequest request) {
                    return below.dial(request);
                }

                @Override
                public void close() {
                    composed.add("close " + name);
                    below.close();
                }
            };
        }

        @Override
        public StreamAcceptor acceptor(StreamAcceptor above, LayerSettings settings) {
            return above;
        }
    }

    /** Writes down what it was asked for. */
    private final class Binder implements EgressBinder {

        @Override
        public void bind(Channel channel, InetAddress destination) throws EgressException {
            if (!(channel instanceof DatagramChannel)) { // a question to a name server has none
                throw new EgressException("without options");
            }
        }

        @Override
        public void bind(Channel channel, InetAddress destination, EgressOptions options) {
            assertThat(channel.isActive()).isFalse();
            bound.add(destination.getHostAddress() + " by " + options.device() + " mark " + options.mark());
        }

        @Override
        public void own(Channel channel) {}

        @Override
        public boolean isOwn(InetSocketAddress source) {
            return false;
        }

        @Override
        public boolean isHostAddress(InetAddress address) {
            return address.isLoopbackAddress();
        }

        @Override
        public EgressStatus status() {
            return new EgressStatus(0, Optional.empty(), Optional.empty(), Optional.empty());
        }
    }
}
