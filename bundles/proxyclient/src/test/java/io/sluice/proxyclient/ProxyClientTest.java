package io.sluice.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProxyClientTest {

    private static final InetSocketAddress PLACE = new InetSocketAddress("192.0.2.1", 80);

    private final EventLoop loop = new DefaultEventLoop();
    private final Promise<ByteStream> dialled = loop.newPromise();
    private boolean closed;
    private final ProxyClient client = new ProxyClient(new StreamDialer() {
        @Override
        public Future<ByteStream> dial(DialRequest request) {
            return dialled;
        }

        @Override
        public void close() {
            closed = true;
        }
    });

    @AfterEach
    void end() throws InterruptedException {
        loop.shutdownGracefully(0, 10, TimeUnit.SECONDS).await();
    }

    private OpenRequest request(InetSocketAddress destination) {
        FlowSource source = new FlowSource(Network.TCP, "in", PLACE, destination, Optional.empty());
        return new OpenRequest(1, source, destination, loop, Duration.ofSeconds(10));
    }

    /** Listeners run on the loop: two turns of it behind them. */
    private void settle() throws Exception {
        loop.submit(() -> {}).get();
        loop.submit(() -> {}).get();
    }

    @Test
    void dialThatFails_failsTheStreamWithItsSentence() throws Exception {
        Future<ByteStream> opening = client.openStream(request(PLACE), stream -> stream);
        ConnectException refusal = new ConnectException(CloseReason.CONNECT_REFUSED, "a sentence");
        dialled.setFailure(refusal);

        assertThat(opening.await().cause()).isSameAs(refusal);
        settle();
        assertThat(client.counters().streamsFailed.sum()).isEqualTo(1);
    }

    @Test
    void cancelled_cancelsTheDial() throws Exception {
        Future<ByteStream> opening = client.openStream(request(PLACE), stream -> stream);
        opening.cancel(false);

        dialled.await();
        settle();
        assertThat(dialled.isCancelled()).isTrue();
        assertThat(client.counters().streamsFailed.sum()).isZero();
    }

    @Test
    void streamThatComesAfterTheCancellation_isReset() throws Exception {
        EmbeddedStream stream = new EmbeddedStream();
        dialled.setUncancellable();
        Future<ByteStream> opening = client.openStream(request(PLACE), s -> s);
        opening.cancel(false);
        dialled.setSuccess(stream);

        settle();
        assertThat(stream.ends).containsExactly("RST");
        assertThat(client.counters().streamsOpened.sum()).isZero();
    }

    @Test
    void nameThatCannotBeCarried_isRefusedWithoutADial() throws Exception {
        Future<ByteStream> opening =
                client.openStream(request(InetSocketAddress.createUnresolved("a b", 80)), stream -> stream);

        assertThat(opening.await().cause())
                .isInstanceOfSatisfying(
                        ConnectException.class, e -> assertThat(e.reason()).isEqualTo(CloseReason.RESOLVE_FAILED));
        assertThat(dialled.isDone()).isFalse();
    }

    @Test
    void closed_closesTheDialer() {
        client.close();

        assertThat(closed).isTrue();
    }
}
