package io.sluice.outbound.http.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import io.sluice.testkit.peer.EchoHost;
import io.sluice.testkit.peer.PeerProgram;
import io.sluice.transport.tls.TlsLayer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CONNECT over HTTP/2, chosen by ALPN, to the real nghttpx as a forward proxy. */
class NghttpxTest {

    private static final int TUNNELS = 12;
    private static final int OCTETS = 1 << 18;

    @TempDir
    private Path folder;

    private static void needs(String program) {
        if (PeerProgram.find(program).isEmpty()) {
            String reason = "skipped: " + PeerProgram.absence(program);
            System.err.println(reason);
            Assumptions.abort(reason);
        }
    }

    private void certificate() throws Exception {
        Process made = new ProcessBuilder(
                        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=p.test"
                                .concat(" -addext subjectAltName=DNS:p.test -keyout key -out certificate")
                                .split(" "))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl").toFile())
                .start();
        assertThat(made.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(made.exitValue()).isZero();
    }

    private static StreamDialer to(HttpProxy proxy, int port) {
        InetSocketAddress destination = InetSocketAddress.createUnresolved("far.test", port);
        return new StreamDialer() {
            @Override
            public Future<ByteStream> dial(DialRequest request) {
                return proxy.openStream(new OpenRequest(
                        1,
                        new FlowSource(Network.TCP, "in", destination, destination, Optional.empty()),
                        destination,
                        request.eventLoop(),
                        request.remaining()));
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void manyTunnels_overFewConnections() throws Exception {
        needs("nghttpx");
        needs("openssl");
        certificate();
        int port = PeerProgram.freePort();
        String config = """
            frontend=127.0.0.1,%d
            backend=127.0.0.1,%d
            http2-proxy=yes
            private-key-file=%s
            certificate-file=%s
            workers=1
            backend-connections-per-host=100
            """;
        AtomicInteger connections = new AtomicInteger();
        try (EchoHost echo = new EchoHost();
                OlderProxy behind = new OlderProxy();
                PeerProgram nghttpx = PeerProgram.start(
                        "nghttpx",
                        folder,
                        config.formatted(port, behind.port(), folder.resolve("key"), folder.resolve("certificate")),
                        port,
                        "--conf");
                LayerRig rig = new LayerRig()) {
            StreamDialer tls = rig.dialer(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    "p.test",
                    Map.of("tls.alpn", new String[] {"h2", "http/1.1"}, "tls.trustFiles", new String[] {
                        folder.resolve("certificate").toString()
                    }),
                    new TlsLayer());
            HttpProxy proxy = new HttpProxy(counting(tls, connections), "HTTP proxy p.test", "", "", List.of());
            byte[] sent = new byte[OCTETS];
            new Random(9).nextBytes(sent);
            List<Conversation> all = new ArrayList<>();
            for (int i = 0; i < TUNNELS; i++) {
                all.add(rig.open(to(proxy, echo.stream().getPort())));
            }

            all.forEach(c -> c.write(sent));

            for (Conversation one : all) {
                assertThat(one.await(OCTETS)).as(nghttpx.said()).isEqualTo(sent);
            }
            assertThat(connections).as("the rig has two loops").hasValueLessThanOrEqualTo(2);

            ConnectException refusal = rig.refused(to(proxy, 1), Duration.ofSeconds(30));
            assertThat(refusal.reason()).isEqualTo(CloseReason.PROXY_AUTH_FAILED);

            all.getFirst().reset();
            all.get(1).write("still here");
            assertThat(new String(all.get(1).await(OCTETS + 10), OCTETS, 10)).isEqualTo("still here");
        }
    }

    private static StreamDialer counting(StreamDialer below, AtomicInteger connections) {
        return new StreamDialer() {
            @Override
            public Future<ByteStream> dial(DialRequest request) {
                connections.incrementAndGet();
                return below.dial(request);
            }

            @Override
            public void close() {
                below.close();
            }
        };
    }
}
