package io.sluice.flow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.OutboundTrouble;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that goes away and comes back, over loopback sockets. */
@Timeout(120)
class TroubleTest {

    private static void refused(RelayRig rig, int times) throws Exception {
        int before = rig.rejections.size();
        for (int i = 0; i < times; i++) {
            try (Socket client = rig.connect()) {
                assertThat(client.isConnected()).isTrue();
            } catch (SocketException e) {
                // refused by a reset, which may overtake the end of connect
                assertThat(e).hasMessageContaining("reset");
            }
        }
        RelayRig.await(() -> rig.rejections.size() == before + times, rig.rejections::toString);
    }

    @Test
    void serverGone_outboundIsInTrouble_untilAStreamIsOpened() throws Exception {
        try (RelayRig rig = new RelayRig()) {
            rig.server.close();
            refused(rig, 1);
            assertThat(rig.engine.table().troubles()).isEmpty();
            refused(rig, 1);
            OutboundTrouble trouble = rig.engine.table().troubles().get("out");
            assertThat(trouble.reason()).isEqualTo(CloseReason.CONNECT_REFUSED);
            assertThat(trouble.failures()).isEqualTo(2);
            try (ServerSocket back = new ServerSocket(0, 1, RelayRig.LOCAL)) {
                rig.destination((InetSocketAddress) back.getLocalSocketAddress());
                try (Socket client = rig.connect();
                        Socket server = back.accept()) {
                    server.getOutputStream().write(1);
                    assertThat(client.getInputStream().read()).isEqualTo(1);
                    assertThat(rig.engine.table().troubles()).isEmpty();
                }
            }
        }
    }

    @Test
    void outboundThatIsExchanged_beginsAnew() throws Exception {
        try (RelayRig rig = new RelayRig()) {
            rig.server.close();
            refused(rig, 2);
            assertThat(rig.engine.table().troubles()).containsOnlyKeys("out");
            rig.engine.removeOutbound(rig.outbound);
            assertThat(rig.engine.table().troubles()).isEmpty();
            rig.engine.addOutbound(rig.new SocketOutbound("out"), 0);
            assertThat(rig.engine.table().troubles()).isEmpty();
        }
    }
}
