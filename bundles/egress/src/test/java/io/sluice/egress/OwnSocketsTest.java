package io.sluice.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.egress.engine.Footing;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An address that was this host's for a moment, less than the monitor of the network waits. */
class OwnSocketsTest {

    private static final InetAddress MOMENTARY = InetAddress.ofLiteral("192.0.2.11");

    private final List<String> causes = new ArrayList<>();
    private final Set<InetAddress> local = new HashSet<>(Set.of(MOMENTARY));
    private final OwnSockets sockets = new OwnSockets();
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter() {
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            causes.add(cause.getMessage());
        }
    });

    @BeforeEach
    void connected() {
        channel.freezeTime();
        sockets.bound(channel, new Footing(Optional.empty(), OptionalInt.empty(), Optional.empty(), System.nanoTime()));
        sockets.connected(channel, MOMENTARY);
    }

    private void after(int millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void addressOfAMoment_endsOnceThingsHaveComeToRest() {
        local.clear();
        sockets.askLater(local::contains);
        after(1_900);
        assertThat(channel.isOpen()).isTrue();
        after(200);
        assertThat(channel.isOpen()).isFalse();
        assertThat(causes).containsExactly("the address 192.0.2.11 is gone");
        assertThat(sockets.size()).isZero();
    }

    @Test
    void addressThatIsBack_staysAndIsAskedForTheNextTimeToo() {
        local.clear();
        sockets.askLater(local::contains);
        after(1_900);
        local.add(MOMENTARY);
        after(200);
        assertThat(channel.isOpen()).isTrue();
        local.clear();
        sockets.askLater(local::contains);
        after(2_100);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void addressThatIsThere_nothingIsAsked() {
        sockets.askLater(local::contains);
        local.clear();
        after(10_000);
        assertThat(channel.isOpen()).isTrue();
    }
}
