package io.sluice.dialer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.egress.EgressOptions;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.loop.NettyEventLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server with several addresses, on a host that has not a way to each. */
class ServerDatagramsTest {

    private static final long LIMIT_SECONDS = 30;
    private static final InetSocketAddress WITHOUT_A_WAY = new InetSocketAddress("2001:db8::1", 53);
    private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.getLoopbackAddress(), 53);

    private volatile boolean bound = true;
    private final NettyEventLoops loops = NettyEventLoops.open(1);
    private final TcpConnector connector = new TcpConnector(
            loops,
            SocketSettings.of(
                    AddressPreference.IPV6_FIRST,
                    new EgressOptions(Optional.empty(), Optional.empty(), OptionalInt.empty())),
            List.of(),
            () -> bound ? new OneFamily() : null);

    @AfterEach
    void close() throws InterruptedException {
        connector.close();
        loops.close(Duration.ofSeconds(2));
    }

    private Future<DatagramPort> connect(InetSocketAddress... addresses) throws Exception {
        EventLoop loop = loops.next();
        InetSocketAddress server = InetSocketAddress.createUnresolved("s.test", 53);
        return loop.submit(() -> new ServerDatagrams(
                                connector, server, DialRequest.of(1, loop, Duration.ofSeconds(LIMIT_SECONDS)))
                        .connect(List.of(addresses)))
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void addressWithoutARoute_makesRoomForTheNext() throws Exception {
        DatagramPort port = connect(WITHOUT_A_WAY, LOCAL).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        port.eventLoop().submit(() -> port.close(CloseReason.FINISHED)).get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void noAddressWithARoute_isToldByTheLast() throws Exception {
        Future<DatagramPort> failed = connect(WITHOUT_A_WAY);
        assertThat(failed.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(failed.cause())
                .isInstanceOf(ConnectException.class)
                .hasMessage("no datagram socket to 2001:db8:0:0:0:0:0:1 port 53: there is no route");
        assertThat(((ConnectException) failed.cause()).reason()).isEqualTo(CloseReason.EGRESS_UNAVAILABLE);
    }

    /** Nobody knows which addresses are this host's then: that is not the client's fault. */
    @Test
    void withoutABinder_isToldSo_beforeAnyAddressIsJudged() throws Exception {
        bound = false;
        EventLoop loop = loops.next();
        Future<DatagramPort> failed = loop.submit(() -> new ServerDatagrams(
                                connector,
                                LOCAL,
                                DialRequest.of(1, loop, Duration.ofSeconds(LIMIT_SECONDS)),
                                _ -> Optional.of("refused"))
                        .open())
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(failed.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(failed.cause()).isInstanceOf(ConnectException.class).hasMessage(TcpConnector.NO_BINDER);
        assertThat(((ConnectException) failed.cause()).reason()).isEqualTo(CloseReason.EGRESS_UNAVAILABLE);
    }

    /** Has a way for IPv4 only. */
    private static final class OneFamily implements EgressBinder {

        @Override
        public void bind(Channel channel, InetAddress destination) throws EgressException {
            throw new EgressException("without options");
        }

        @Override
        public void bind(Channel channel, InetAddress destination, EgressOptions options) throws EgressException {
            if (destination instanceof java.net.Inet6Address) {
                throw new EgressException("there is no route");
            }
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
