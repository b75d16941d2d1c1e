package io.sluice.dialer.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which connection a stream goes by, and when one is given up. */
class SharedConnectionTest {

    private final Http2Pair pair = new Http2Pair(new KeepAlive(Duration.ZERO, Duration.ofSeconds(20), false));

    @AfterEach
    void close() {
        pair.close();
    }

    private Http2Stream call() {
        Http2Stream stream = pair.open();
        stream.call()
                .writeAndFlush(new DefaultHttp2HeadersFrame(
                        new DefaultHttp2Headers().method("POST").path("/")));
        pair.pump();
        return stream;
    }

    @Test
    void connectionThatLives_isKept_howeverLongItWasSilent() {
        call().reset();
        pair.seconds(3_600);
        call();
        pair.seconds(3_600);
        call();
        assertThat(pair.connections).hasSize(1);
        assertThat(pair.calls).hasSize(3);
    }

    /** A host that slept, a NAT that forgot: nobody says that the connection is no more. */
    @Test
    void connectionThatHasDiedInSilence_isLeftWithinSeconds_thoughNoKeepAliveIsSet() {
        Http2Stream old = call();
        pair.dead = 1;
        pair.seconds(600);

        Http2Stream first = call();
        assertThat(pair.connections).as("nobody can know yet").hasSize(1);
        pair.seconds(2);
        call();
        assertThat(pair.connections).hasSize(1);
        pair.seconds(1);
        Http2Stream second = call();
        assertThat(pair.connections).as("no answer for 3 s").hasSize(2);
        assertThat(old.call().isActive())
                .as("it may be the path, and come back")
                .isTrue();

        pair.seconds(18);
        assertThat(old.call().isActive()).as("no answer for 20 s").isFalse();
        assertThat(first.call().isActive()).isFalse();
        assertThat(second.call().isActive()).isTrue();
        call();
        assertThat(pair.connections).hasSize(2);
    }

    @Test
    void connectionThatAnswersLate_isUsedAgain() {
        call();
        pair.dead = 1;
        pair.seconds(60);
        call();
        pair.seconds(4);
        call();
        assertThat(pair.connections).hasSize(2);

        pair.dead = 0;
        pair.calls.getFirst().writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
        pair.seconds(60);
        pair.connections.get(1).close();
        pair.pump();
        call();
        assertThat(pair.connections).hasSize(2);
    }

    /** Streams to hosts that are down: the server answers pings and says nothing else, and grpc-go's closes the connection at the fourth. */
    @Test
    void serverThatServesNothing_isNotAskedForEver() {
        Http2Stream last = call();
        for (int i = 0; i < 6; i++) {
            pair.seconds(60);
            last = call();
        }
        assertThat(pair.pings).as("three on the first connection").isEqualTo(5);
        assertThat(pair.connections).hasSize(2);

        pair.calls.getLast().writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
        last.call().read();
        pair.pump();
        pair.seconds(60);
        call();
        assertThat(pair.pings).isEqualTo(6);
        assertThat(pair.connections).hasSize(2);
    }

    /** What must not be asked any more may have died like any other. */
    @Test
    void deadConnection_toAServerThatServedNothing_isNotUsedForGood() {
        call().reset();
        for (int i = 0; i < 3; i++) {
            pair.seconds(60);
            call().reset();
        }
        pair.dead = 1;
        pair.seconds(60);
        call();
        pair.seconds(4);
        call();
        assertThat(pair.connections).hasSize(2);
        assertThat(pair.connections.getFirst().isActive()).as("nobody needs it").isFalse();
    }

    /** Many wait for one attempt, which is bounded by the time of whoever came first. */
    @Test
    void deadlineOfTheFirst_isNotThatOfTheOthers() {
        pair.unreachable = true;
        Future<ByteStream> first = pair.dial(Duration.ofSeconds(2));
        pair.seconds(1);
        Future<ByteStream> second = pair.dial(Duration.ofSeconds(10));
        pair.unreachable = false;
        pair.seconds(1);
        assertThat(first.isSuccess()).isFalse();
        assertThat(first.isDone()).isTrue();
        assertThat(second.isSuccess()).isTrue();

        pair.unreachable = true;
        pair.connections.getFirst().close();
        pair.pump();
        Future<ByteStream> third = pair.dial(Duration.ofSeconds(2));
        Future<ByteStream> fourth = pair.dial(Duration.ofSeconds(3));
        pair.seconds(3);
        assertThat(third.isDone()).isTrue();
        assertThat(fourth.isDone()).as("each ends by its own").isTrue();
    }

    /** Whoever dialled it again each time would do so without a pause until the deadline. */
    @Test
    void serverThatClosesEveryConnectionAtOnce_isDialledOnceMore_andThenItIsSaid() {
        pair.hangUps = Integer.MAX_VALUE;
        Future<ByteStream> dialled = pair.dial();
        assertThat(pair.dials).isEqualTo(2);
        assertThat(dialled.cause())
                .isInstanceOf(ConnectException.class)
                .hasMessage("test failed: the server closes new connections at once");

        pair.hangUps = 1;
        call();
        assertThat(pair.dials).as("the first was bad luck").isEqualTo(4);
    }

    @Test
    void serverThatTakesNoStreams_isTreatedAlike_andNoConnectionToItIsKept() {
        pair.announced = 0;
        assertThat(pair.dial().cause()).hasMessage("test failed: the server takes no streams");
        assertThat(pair.dials).isEqualTo(2);
        assertThat(pair.connections.stream().filter(Channel::isActive)).isEmpty();
    }

    /** As many at a time as one connection takes have one, and the others another: those are no failures. */
    @Test
    void moreThanOneConnectionTakes_waitForFurtherOnes() {
        List<Future<ByteStream>> dialled = new ArrayList<>();
        for (int i = 0; i < 5 * Windows.STREAMS; i++) {
            dialled.add(pair.dialer.dial(DialRequest.of(1, pair.loop, Http2Pair.TIMEOUT)));
        }
        pair.pump();
        assertThat(dialled).allMatch(Future::isSuccess);
        assertThat(pair.dials).isEqualTo(5);
    }

    /** nginx lets go of a connection with its 1,000th call: what is begun within a round trip of that is lost. */
    @Test
    void connection_isLeftBeforeServersLetGoOfIt() {
        pair.goAwayWith = 1_000;
        for (int i = 0; i < 2_500; i++) {
            call().reset();
        }
        pair.pump();
        assertThat(pair.calls).hasSize(2_500);
        assertThat(pair.dials).isEqualTo(3);
        assertThat(pair.connections.stream().filter(Channel::isActive)).hasSize(1);
    }

    /** The server has not looked at those that came behind the last that its GOAWAY names. */
    @Test
    void serverThatLetsGoSooner_losesStreamsOnce() {
        pair.goAwayWith = 110;
        int lost = 0;
        for (int i = 0; i < 20; i++) {
            List<Http2Stream> burst = new ArrayList<>();
            for (int k = 0; k < 20; k++) {
                burst.add(pair.open());
                burst.getLast()
                        .call()
                        .write(new DefaultHttp2HeadersFrame(
                                new DefaultHttp2Headers().method("POST").path("/")));
            }
            burst.forEach(stream -> stream.call().flush());
            pair.pump();
            lost += (int)
                    burst.stream().filter(stream -> !stream.call().isActive()).count();
            burst.forEach(Http2Stream::reset);
            pair.pump();
        }
        assertThat(lost).isEqualTo(10);
        assertThat(pair.calls).hasSize(390);
    }
}
