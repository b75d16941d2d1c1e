package io.sluice.outbound.http.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a proxy that says what the test wants. */
class HttpProxyTest {

    private static final InetSocketAddress NAME = InetSocketAddress.createUnresolved("far.test", 443);

    private final LayerRig rig = new LayerRig();

    @AfterEach
    void close() {
        rig.close();
    }

    /** Answers the first thing that comes with a text, and writes down what it was. */
    private InetSocketAddress proxy(String answer, CompletableFuture<String> asked) {
        return rig.listen(stream -> {
            stream.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    var octets = (io.netty.buffer.ByteBuf) message;
                    asked.complete(octets.toString(StandardCharsets.ISO_8859_1));
                    octets.release();
                    if (answer.isEmpty()) {
                        ctx.close();
                    } else {
                        ctx.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.ISO_8859_1));
                    }
                }
            });
            stream.channel().config().setAutoRead(true);
        });
    }

    private StreamDialer through(
            InetSocketAddress proxy, InetSocketAddress destination, HttpProxy[] made, String user) {
        StreamDialer sockets = rig.dialer(proxy, "p.test", java.util.Map.of());
        HttpProxy http = new HttpProxy(sockets, "HTTP proxy p.test:1", user, "s3cret", List.of("X-A: b"));
        if (made != null) {
            made[0] = http;
        }
        return new StreamDialer() {
            @Override
            public Future<ByteStream> dial(DialRequest request) {
                return http.openStream(new OpenRequest(
                        1,
                        new FlowSource(Network.TCP, "in", NAME, destination, Optional.empty()),
                        destination,
                        request.eventLoop(),
                        request.remaining()));
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void tunnel_isAskedForByName_andWhatCameBehindTheAnswerIsKept() throws Exception {
        CompletableFuture<String> asked = new CompletableFuture<>();
        Conversation client = rig.open(through(
                proxy("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", asked),
                NAME,
                null,
                "anna"));

        assertThat(client.awaitText("hello")).isEqualTo("hello");
        assertThat(asked.get(30, TimeUnit.SECONDS))
                .isEqualTo("CONNECT far.test:443 HTTP/1.1\r\nHost: far.test:443\r\n"
                        + "Proxy-Authorization: Basic YW5uYTpzM2NyZXQ=\r\nX-A: b\r\n\r\n");
    }

    /** Each is read within the one before: without an end that would be the stack's. */
    @Test
    void interimAnswersWithoutEnd_areRefused() throws Exception {
        String answers = "HTTP/1.1 100 Continue\r\n\r\n".repeat(20_000);
        ConnectException refusal =
                rig.refused(through(proxy(answers, new CompletableFuture<>()), NAME, null, ""), Duration.ofSeconds(30));
        assertThat(refusal.reason()).isEqualTo(CloseReason.PROXY_FAILED);
        assertThat(refusal).hasMessageContaining("it sent more than 5 interim answers");
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 407 Who, PROXY_AUTH_FAILED, wants credentials",
        "HTTP/1.1 403 No, POLICY_REJECTED, answered \"HTTP/1.1 403 No\"",
        "HTTP/1.0 504 Slow, CONNECT_TIMEOUT, answered",
        "HTTP/1.1 400 What, PROXY_FAILED, answered",
        "HTTP/1.1 404 No such domain, PROXY_FAILED, answered",
        "HTTP/1.1 405 Never, PROXY_FAILED, answered",
        "HTTP/1.1 502 Bad, PROXY_FAILED, answered",
        "SSH-2.0-x, PROXY_FAILED, does not speak HTTP/1.1",
        "'', PROXY_FAILED, closed the connection without an answer"
    })
    void refusal_isOneSentence(String line, CloseReason reason, String words) throws Exception {
        String answer = line.isEmpty() ? "" : line + "\r\n\r\n";
        ConnectException refusal =
                rig.refused(through(proxy(answer, new CompletableFuture<>()), NAME, null, ""), Duration.ofSeconds(30));
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal.blame())
                .isEqualTo(line.matches("HTTP/1.. (40[034]|50[0234]) .*") ? Blame.DESTINATION : Blame.WAY);
        assertThat(refusal)
                .hasMessageStartingWith("HTTP proxy p.test:1, asked for far.test:443, ")
                .hasMessageContaining(words);
        assertThat(refusal.getMessage()).doesNotContain("s3cret");
    }

    @Test
    void silence_isATimeout_andCounted() throws Exception {
        HttpProxy[] made = new HttpProxy[1];
        ConnectException refusal =
                rig.refused(through(rig.listen(stream -> {}), NAME, made, ""), Duration.ofMillis(200));
        assertThat(refusal.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
        // They are counted a moment after the attempt has ended.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (made[0].counters().snapshot().get("timeouts") == 0) {
            assertThat(System.nanoTime())
                    .as("%s", made[0].counters().snapshot())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void headWithoutEnd_isBounded() throws Exception {
        String flood = "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(4_000);
        assertThat(rig.refused(
                        through(proxy(flood, new CompletableFuture<>()), NAME, null, ""), Duration.ofSeconds(30)))
                .hasMessageContaining("more than 16384 octets");
    }

    @ParameterizedTest
    @CsvSource({"'a b'", "'a\r\nX: y'", "'a/b'", "'ü.test'", "'u@h'"})
    void namesThatCouldBeReadAsSomethingElse_areNotSent(String name) throws Exception {
        assertThat(rig.refused(
                                through(
                                        rig.listen(stream -> {}),
                                        InetSocketAddress.createUnresolved(name, 1),
                                        null,
                                        ""),
                                Duration.ofSeconds(30))
                        .reason())
                .isEqualTo(CloseReason.RESOLVE_FAILED);
    }

    @Test
    void addresses_areWrittenAsInAUrl() throws Exception {
        assertThat(HttpProxy.authority(new InetSocketAddress("2001:db8::1", 80)))
                .isEqualTo("[2001:db8:0:0:0:0:0:1]:80");
        assertThat(HttpProxy.authority(new InetSocketAddress("192.0.2.1", 80))).isEqualTo("192.0.2.1:80");
    }
}
