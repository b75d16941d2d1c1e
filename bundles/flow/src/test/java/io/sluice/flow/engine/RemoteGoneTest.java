package io.sluice.flow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.policy.Decision;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A remote that ends in order and then goes, as a stream of HTTP/2 does that its server has reset with NO_ERROR behind its answer. */
@Timeout(180)
class RemoteGoneTest {

    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    /** Tells the end, and closes behind it. */
    private final class GoesInOrder extends ChannelInboundHandlerAdapter {

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ctx.fireUserEventTriggered(event);
            if (event instanceof ChannelInputShutdownEvent) {
                ctx.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            ctx.fireChannelInactive();
            gone.complete(null);
        }
    }

    @Test
    void clientReceivesEverything_andItsOwnRestIsThrownAway() throws Exception {
        try (RelayRig rig = new RelayRig()) {
            rig.engine.addOutbound(
                    rig.new SocketOutbound("leaves") {
                        @Override
                        public Future<ByteStream> openStream(OpenRequest request) {
                            Future<ByteStream> opening = super.openStream(request);
                            opening.addListener((Future<ByteStream> opened) ->
                                    opened.getNow().channel().pipeline().addFirst(new GoesInOrder()));
                            return opening;
                        }
                    },
                    0);
            rig.selector.rule = source -> new Decision.Outbound("leaves", "r");
            // More than a client's socket takes without being read, and less than that and the relay's queue.
            byte[] answer = new byte[300_000];
            new Random(8).nextBytes(answer);
            try (Socket client = rig.connect();
                    Socket server = rig.accept()) {
                server.getOutputStream().write(answer);
                server.shutdownOutput();
                gone.get(60, TimeUnit.SECONDS);

                client.getOutputStream().write(new byte[100_000]);

                assertThat(client.getInputStream().readAllBytes()).isEqualTo(answer);
            }
            FlowSnapshot flow = rig.ended();
            assertThat(flow.closeReason()).contains(CloseReason.FINISHED);
            assertThat(flow.downlinkBytes()).isEqualTo(answer.length);
            assertThat(flow.uplinkBytes()).as("none of it went anywhere").isZero();
        }
    }
}
