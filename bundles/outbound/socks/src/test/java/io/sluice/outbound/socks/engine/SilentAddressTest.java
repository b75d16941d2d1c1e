package io.sluice.outbound.socks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.loop.NettyEventLoops;
import io.sluice.testkit.peer.TinyNameServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** TCP stands before the proxy has said anything. */
class SilentAddressTest {

    @Test
    void addressThatTakesConnectionsAndSaysNothing_comesLastFromThenOn() throws Exception {
        NettyEventLoops loops = NettyEventLoops.open(1);
        try (var names = new TinyNameServer(false, "127.0.0.2", "127.0.0.1");
                var willing = new ScriptedProxy(talk -> talk.expect("05 01 00")
                        .send("05 00")
                        .expect("05 01 00 03 0B 6578616D706C652E636F6D 01BB")
                        .send("05 00 00 01 00000000 0000")
                        .drain());
                var silent = new ScriptedProxy(
                        new InetSocketAddress("127.0.0.2", willing.address().getPort()), ScriptedProxy.Talk::drain);
                var outbound = new OutboundFixture(
                        loops,
                        InetSocketAddress.createUnresolved(
                                "proxy.example", willing.address().getPort()),
                        Pipelining.Mode.OFF,
                        List.of(names.address()))) {
            assertThat(outbound.failure(OutboundFixture.WEB, Duration.ofSeconds(2))
                            .reason())
                    .isEqualTo(CloseReason.CONNECT_TIMEOUT);
            assertThat(silent.talks).hasSize(1);

            for (int i = 0; i < 3; i++) {
                ByteStream stream = outbound.open(OutboundFixture.WEB);
                stream.channel().close().sync();
            }
            assertThat(willing.talks).hasSize(3);
            assertThat(silent.talks).hasSize(1);
        } finally {
            assertThat(loops.close(Duration.ofSeconds(30))).isTrue();
        }
    }
}
