package io.sluice.outbound.socks.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.dialer.Layers;
import io.sluice.dialer.ServerChain;
import io.sluice.loop.NettyEventLoops;
import io.sluice.testkit.netns.NetworkNamespace;
import io.sluice.testkit.peer.TinyNameServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A proxy that has several addresses, in a host with nothing but a loopback. */
@Tag("netns")
@Timeout(60)
class SeveralAddresses_NetnsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @BeforeEach
    void root() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
    }

    private static ScriptedProxy willing(InetSocketAddress at) throws Exception {
        return new ScriptedProxy(
                at,
                talk -> talk.expect("05 01 00")
                        .send("05 00")
                        .expect("05 01 00 03 0b 65 78 61 6d 70 6c 65 2e 63 6f 6d 01 bb")
                        .send("05 00 00 01 00 00 00 00 00 00")
                        .drain());
    }

    private static ProxyConnector connector(NettyEventLoops loops, int port, TinyNameServer names) {
        Map<String, Object> properties =
                new HashMap<>(OutboundFixture.properties(InetSocketAddress.createUnresolved("proxy.example", port)));
        properties.put("sockopt.tcpFastOpen", true);
        return new ProxyConnector(
                ServerChain.of(properties, loops, RecordingEgress::new, Layers.NONE, List.of(names.address())),
                Optional.empty(),
                loops,
                new Pipelining(Pipelining.Mode.ON));
    }

    private static void open(NettyEventLoops loops, ProxyConnector connector) throws Exception {
        EventLoop loop = loops.next();
        FlowSource source = new FlowSource(
                Network.TCP, "test", new InetSocketAddress("127.0.0.1", 1), OutboundFixture.WEB, Optional.empty());
        OpenRequest request = new OpenRequest(1, source, OutboundFixture.WEB, loop, PATIENCE);
        ByteStream stream = loop.submit(() -> connector.openStream(request))
                .sync()
                .getNow()
                .sync()
                .getNow();
        stream.channel().close().sync();
    }

    /** Whose cookie is known counts as connected before it has answered. */
    @Test
    void addressThatWasThereOnce_andIsSilentNow_theOtherIsTaken() throws Exception {
        try (NetworkNamespace host = NetworkNamespace.create()) {
            host.exec("sh", "-c", "ip link set lo up; echo 1027 > /proc/sys/net/ipv4/tcp_fastopen");
            host.call(() -> {
                NettyEventLoops loops = NettyEventLoops.open(1);
                try (var names = new TinyNameServer(false, "127.0.0.2", "127.0.0.1");
                        var other = willing(new InetSocketAddress("127.0.0.1", 0));
                        var first = willing(new InetSocketAddress(
                                "127.0.0.2", other.address().getPort()));
                        var connector = connector(loops, other.address().getPort(), names)) {
                    loops.next().submit(() -> {}).sync();
                    open(loops, connector);
                    TimeUnit.MILLISECONDS.sleep(300);
                    open(loops, connector);
                    assertThat(first.talks).hasSize(2);
                    host.exec(
                            "nft",
                            "table inet t { chain i { type filter hook input priority 0; ip daddr 127.0.0.2 drop; };"
                                    + " }");
                    open(loops, connector);
                    assertThat(other.talks).hasSize(1);
                } finally {
                    loops.close(Duration.ofSeconds(3));
                }
                return null;
            });
        }
    }

    /** The first connection gets the cookie, the second spends it. */
    @Test
    void oneAddress_theRequestTravelsInTheSyn() throws Exception {
        try (NetworkNamespace host = NetworkNamespace.create()) {
            host.exec("sh", "-c", "ip link set lo up; echo 1027 > /proc/sys/net/ipv4/tcp_fastopen");
            host.call(() -> {
                NettyEventLoops loops = NettyEventLoops.open(1);
                try (var names = new TinyNameServer(false, "127.0.0.1");
                        var proxy = willing(new InetSocketAddress("127.0.0.1", 0));
                        var connector = connector(loops, proxy.address().getPort(), names)) {
                    loops.next().submit(() -> {}).sync();
                    open(loops, connector);
                    open(loops, connector);
                    assertThat(proxy.faults).isEmpty();
                    assertThat(host.exec("nstat", "-asz", "TcpExtTCPFastOpenPassive"))
                            .containsPattern("TcpExtTCPFastOpenPassive +1 ");
                } finally {
                    loops.close(Duration.ofSeconds(3));
                }
                return null;
            });
        }
    }

    @Test
    void noWayToOne_andTheOtherRefuses_itIsTheRefusalThatIsSaid() throws Exception {
        try (NetworkNamespace host = NetworkNamespace.create()) {
            host.exec("ip", "link", "set", "lo", "up");
            host.call(() -> {
                NettyEventLoops loops = NettyEventLoops.open(1);
                try (var names = new TinyNameServer(false, "10.9.9.9", "127.0.0.1");
                        var connector = connector(loops, 9, names)) {
                    loops.next().submit(() -> {}).sync();
                    assertThatExceptionOfType(ConnectException.class)
                            .isThrownBy(() -> open(loops, connector))
                            .returns(CloseReason.CONNECT_REFUSED, ConnectException::reason);
                } finally {
                    loops.close(Duration.ofSeconds(3));
                }
                return null;
            });
        }
    }
}
