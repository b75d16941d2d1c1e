package io.sluice.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.util.ReferenceCounted;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamDialer;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a dialer's engines are native, and that nothing of theirs is left. */
class NativeEnginesTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Certificates certificates;

    private final LayerRig rig = new LayerRig();
    private final List<Engines> made = new ArrayList<>();
    private final TlsLayer layer = new TlsLayer((settings, client) -> {
        made.add(Engines.client(settings, client));
        return made.getLast();
    });

    @BeforeAll
    static void make() throws Exception {
        assumeTrue(OpenSsl.isAvailable(), "BoringSSL is not to be had for this processor");
        assumeTrue(Certificates.canBeMade(), "openssl is not installed");
        certificates = new Certificates(folder);
        certificates.issuer("issuer");
        certificates.leaf("good", "issuer", "DNS:a.test");
        certificates.leafWith(List.of("ed25519"), "ed25519", "issuer", "DNS:a.test");
        certificates.leafWith(List.of("ed448"), "ed448", "issuer", "DNS:a.test");
        certificates.leafWith(List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-521"), "p521", "issuer", "DNS:a.test");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static Map<String, Object> identity(String name) {
        return Map.of(
                "tls.identities",
                1,
                "tls.identity.0.certificateFile",
                certificates.certificate(name),
                "tls.identity.0.keyFile",
                certificates.key(name));
    }

    private StreamDialer to(InetSocketAddress server, String named) {
        return rig.dialer(
                server,
                named,
                Map.of("tls.disableSystemRoot", true, "tls.trustFiles", new String[] {certificates.certificate("issuer")
                }),
                layer);
    }

    private static Engines engines(Map<String, Object> properties) {
        LayerSettings settings =
                new LayerSettings("w", InetSocketAddress.createUnresolved("a.test", 1), "tls", properties);
        return Engines.client(settings, TlsClient.of(settings, "a.test"));
    }

    @Test
    void engines_areNative_whereTheLibraryCanDoWhatIsConfigured() {
        assertThat(engines(Map.of())).isInstanceOf(NativeEngines.class);
        assertThat(engines(Map.of("tls.curves", new String[] {"secp384r1", "x25519"})))
                .isInstanceOf(NativeEngines.class);
        assertThat(engines(Map.of("tls.cipherSuites", new String[] {
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"
                })))
                .isInstanceOf(NativeEngines.class);
        assertThat(engines(identity("good"))).isInstanceOf(NativeEngines.class);
    }

    @Test
    void engines_areJavas_whereItCannot() {
        assertThat(engines(Map.of("tls.curves", new String[] {"x448", "x25519"})))
                .isInstanceOf(JavaEngines.class);
        assertThat(engines(Map.of("tls.cipherSuites", new String[] {"TLS_AES_128_GCM_SHA256"})))
                .isInstanceOf(JavaEngines.class);
        assertThat(engines(Map.of("tls.cipherSuites", new String[] {"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"})))
                .isInstanceOf(JavaEngines.class);
        assertThat(engines(identity("ed25519"))).isInstanceOf(JavaEngines.class);
    }

    /** The library would send none at all in its place. */
    @Test
    void protocolThatCannotBeOffered_isNotLeftOutInSilence() {
        assertThat(engines(Map.of("tls.alpn", new String[] {"h2", "x".repeat(256)})))
                .isInstanceOf(JavaEngines.class);
    }

    @Test
    void whatNoLibraryTakes_isRefusedInOneSentence() {
        assertThatThrownBy(() -> engines(Map.of("tls.alpn", new String[] {"h2", ""})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("w: TLS cannot be set up: ");
        assertThatThrownBy(() -> engines(Map.of("tls.curves", new String[] {"x448", "x448"})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("w: TLS cannot be set up: ");
    }

    /** BoringSSL does not take these certificates; Go does, and Java. */
    @ParameterizedTest
    @CsvSource({"ed25519,1.2", "ed25519,1.3", "ed448,1.2", "ed448,1.3", "p521,1.2", "p521,1.3"})
    void serverWithAKeyThatTheLibraryDoesNotTake_isReachedByJavasEngines(String key, String version) throws Exception {
        Map<String, Object> server = new java.util.HashMap<>(identity(key));
        server.put("tls.maxVersion", version);
        StreamDialer dialer = to(rig.serve(server, layer), "a.test");
        for (int i = 0; i < 2; i++) {
            Conversation client = rig.open(dialer);
            client.write("x");
            assertThat(client.awaitText("x")).isEqualTo("x");
            assertThat(((TlsStream) client.stream()).engines()).isInstanceOf(JavaEngines.class);
            client.reset();
        }
        // The first stream took two connections, the second one.
        assertThat(rig.refusals()).hasSize(1);
        dialer.close();
        assertThat(references()).isZero();
    }

    @Test
    void engine_isGivenBack_withItsStream_andTheContextWithTheDialer() throws Exception {
        StreamDialer dialer = to(rig.serve(identity("good"), layer), "a.test");
        List<ReferenceCounted> engines = new ArrayList<>();
        List<Conversation> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Conversation client = rig.open(dialer);
            client.write("x");
            client.awaitText("x");
            clients.add(client);
            engines.add((ReferenceCounted) ((TlsStream) client.stream()).tls().engine());
        }
        assertThat(references()).isEqualTo(6);

        clients.get(0).reset();
        ChannelFuture closed = clients.get(1).stream().channel().close();
        clients.get(2).shutdownOutput();
        rig.accepted().get(3).channel().eventLoop().execute(rig.accepted().get(3)::reset);
        clients.get(3).awaitFailure();
        assertThat(closed.await(LIMIT.toMillis())).isTrue();
        awaitReferences(4);
        dialer.close();
        dialer.close();

        // Streams outlive the dialer.
        clients.get(4).write("y");
        assertThat(clients.get(4).awaitText("xy")).isEqualTo("xy");
        assertThat(rig.refused(dialer, LIMIT)).hasMessageEndingWith("could not begin: the outbound has been closed");
        clients.forEach(Conversation::reset);
        awaitReferences(0);
        assertThat(engines).allMatch(engine -> engine.refCnt() == 0);
    }

    @Test
    void engine_isGivenBack_whateverTheHandshakeEndsWith() throws Exception {
        InetSocketAddress silent = rig.listen(stream -> {});
        StreamDialer dialer = to(silent, "a.test");
        rig.refused(dialer, Duration.ofMillis(100));
        Future<ByteStream> cancelled = rig.dial(dialer, LIMIT, _ -> {});
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        cancelled.cancel(false);
        awaitReferences(1);

        rig.refused(to(rig.listen(stream -> stream.channel().close()), "a.test"), LIMIT);
        awaitReferences(1);
        rig.refused(to(rig.serve(identity("good"), layer), "b.test"), LIMIT);
        awaitReferences(1);
    }

    /** The pipeline of a closed channel lets no handler go, so none must get in. */
    @Test
    void streamThatIsClosedAlready_getsNoEngine() throws Exception {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.close();
        ByteStream dead = new ByteStream() {
            @Override
            public EmbeddedChannel channel() {
                return channel;
            }

            @Override
            public ChannelFuture shutdownOutput() {
                return channel.close();
            }

            @Override
            public void reset() {
                channel.close();
            }
        };
        StreamDialer below = new StreamDialer() {
            @Override
            public Future<ByteStream> dial(DialRequest request) {
                return request.eventLoop().newSucceededFuture(dead);
            }

            @Override
            public void close() {}
        };
        StreamDialer dialer = layer.dialer(
                below, new LayerSettings("w", InetSocketAddress.createUnresolved("a.test", 443), "tls", Map.of()));

        assertThat(rig.refused(dialer, LIMIT))
                .hasMessage("TLS with a.test:443 failed: the connection was closed during the handshake");
        assertThat(references()).isOne();
        dialer.close();
        assertThat(references()).isZero();
    }

    /** Of the last dialer's context: its own, and one for every engine. */
    private int references() {
        return ((ReferenceCounted) ((NativeEngines) made.getLast()).context).refCnt();
    }

    private void awaitReferences(int expected) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (references() != expected) {
            assertThat(System.nanoTime())
                    .as("%s references are left, not %s", references(), expected)
                    .isLessThan(deadline);
            LockSupport.parkNanos(500_000);
        }
    }
}
