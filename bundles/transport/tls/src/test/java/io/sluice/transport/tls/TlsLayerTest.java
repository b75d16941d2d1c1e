package io.sluice.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.StreamDialer;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both halves over the loopback, with certificates of openssl's; the dialer's by both libraries. */
@ParameterizedClass
@EnumSource(Library.class)
class TlsLayerTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static String trusted;

    @Parameter
    Library library;

    private TlsLayer layer;
    private final LayerRig rig = new LayerRig();

    @BeforeAll
    static void make() throws Exception {
        assumeTrue(Certificates.canBeMade(), "openssl is not installed");
        certificates = new Certificates(folder);
        trusted = certificates.issuer("issuer");
        certificates.issuer("stranger");
        certificates.leaf("good", "issuer", "DNS:a.test,DNS:*.wild.test,IP:127.0.0.1");
        certificates.leaf("other", "issuer", "DNS:other.test");
        certificates.leaf("expired", "issuer", "DNS:a.test", "20200101000000Z", "20210101000000Z");
        certificates.leaf("early", "issuer", "DNS:a.test", "21000101000000Z", "21010101000000Z");
        certificates.leaf("foreign", "stranger", "DNS:a.test");
        certificates.leaf("client", "issuer", "DNS:client.test");
    }

    @BeforeEach
    void layer() {
        layer = new TlsLayer(library);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private static Map<String, Object> identity(String... names) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("tls.identities", names.length);
        for (int i = 0; i < names.length; i++) {
            properties.put("tls.identity." + i + ".certificateFile", certificates.certificate(names[i]));
            properties.put("tls.identity." + i + ".keyFile", certificates.key(names[i]));
        }
        return properties;
    }

    private static Map<String, Object> trusting(Object... more) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("tls.disableSystemRoot", true);
        properties.put("tls.trustFiles", new String[] {trusted});
        for (int i = 0; i < more.length; i += 2) {
            properties.put((String) more[i], more[i + 1]);
        }
        return properties;
    }

    private Conversation open(StreamDialer dialer) throws Exception {
        Conversation conversation = rig.open(dialer);
        assertThat(library.made(((TlsStream) conversation.stream()).engines()))
                .as("a stream by %s", library)
                .isTrue();
        return conversation;
    }

    private StreamDialer to(InetSocketAddress server, String named, Map<String, Object> properties) {
        return rig.dialer(server, named, properties, layer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void stream_ofEachVersion_carriesBothWaysAndTellsWhatWasAgreed(String version) throws Exception {
        InetSocketAddress server = rig.serve(identity("other", "good"), layer);
        Conversation client = open(to(server, "a.test", trusting("tls.maxVersion", version)));
        byte[] sent = new byte[1 << 20];
        new Random(5).nextBytes(sent);

        client.write(sent);

        assertThat(client.await(sent.length)).isEqualTo(sent);
        assertThat(((TlsStream) client.stream()).security().version()).isEqualTo("TLSv" + version);
        assertThat(rig.arrivals().getFirst().security().orElseThrow().serverName())
                .contains("a.test");
        assertThat(rig.arrivals().getFirst().security().orElseThrow().protocol())
                .contains("h2");
    }

    @Test
    void halfClose_isCloseNotify_andTheOtherDirectionGoesOn() throws Exception {
        rig.service(stream -> {}); // answered by hand, after the client's end
        InetSocketAddress server = rig.serve(identity("good"), layer);
        Conversation client = open(to(server, "a.test", trusting()));
        client.write("question");
        client.shutdownOutput();
        Conversation far = Conversation.over(await(rig));

        assertThat(far.awaitText("question")).isEqualTo("question");
        far.awaitEnd();
        far.write("answer");
        far.shutdownOutput();

        assertThat(client.awaitText("answer")).isEqualTo("answer");
        client.awaitEnd();
    }

    private static ByteStream await(LayerRig rig) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (rig.accepted().isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("nothing was accepted; " + rig.refusals());
            }
            Thread.onSpinWait();
        }
        return rig.accepted().getFirst();
    }

    @Test
    void reset_isAnAbortAtTheOtherEnd_notAnOrderlyEnd() throws Exception {
        rig.service(stream -> {});
        Conversation client = open(to(rig.serve(identity("good"), layer), "a.test", trusting()));
        Conversation far = Conversation.over(await(rig));

        client.reset();

        assertThat(far.awaitFailure()).isInstanceOf(java.io.IOException.class);
        assertThat(far.hasEnded()).isFalse();
    }

    @Test
    void connectionCutWithoutCloseNotify_isAnAbort() throws Exception {
        InetSocketAddress server = rig.serve(identity("good"), layer);
        rig.service(stream -> stream.channel().unsafe().close(stream.channel().newPromise()));
        Conversation client = open(to(server, "a.test", trusting()));

        assertThat(client.awaitFailure()).hasMessageContaining("close_notify");
        assertThat(client.hasEnded()).isFalse();
    }

    /** A record that nobody has made with the keys must not pass for the end: anybody on the way can send one. */
    @Test
    void forgedRecord_isAnAbort_notAnOrderlyEnd() throws Exception {
        rig.service(stream -> {});
        Conversation client = open(to(rig.serve(identity("good"), layer), "a.test", trusting()));
        Conversation far = Conversation.over(await(rig));
        far.write("before");
        assertThat(client.awaitText("before")).isEqualTo("before");

        belowTls(far, "170303002000000000000000000000000000000000000000000000000000000000000000aa");

        assertThat(client.awaitFailure()).isInstanceOf(java.io.IOException.class);
        assertThat(client.hasEnded()).isFalse();
    }

    @Test
    void whatComesBehindTheEnd_isIgnored_andTheOtherDirectionGoesOn() throws Exception {
        rig.service(stream -> {});
        Conversation client = open(to(rig.serve(identity("good"), layer), "a.test", trusting()));
        Conversation far = Conversation.over(await(rig));
        far.write("all");
        far.shutdownOutput();
        client.awaitEnd();

        belowTls(far, "1703030003aabbcc".repeat(10_000));
        byte[] sent = new byte[1 << 20];
        new Random(6).nextBytes(sent);
        client.write(sent);
        client.shutdownOutput();

        assertThat(far.await(sent.length)).isEqualTo(sent);
        far.awaitEnd();
        assertThat(client.awaitText("all")).isEqualTo("all");
    }

    /** Octets on the wire as they are. */
    private static void belowTls(Conversation far, String hex) {
        far.stream()
                .channel()
                .eventLoop()
                .execute(() -> far.stream()
                        .channel()
                        .pipeline()
                        .firstContext()
                        .writeAndFlush(io.netty.buffer.Unpooled.wrappedBuffer(
                                java.util.HexFormat.of().parseHex(hex))));
    }

    /** Half-close in the midst of a stream, many times: what is under way the other way is not lost. */
    @Test
    void halfClose_amidALongAnswer_losesNothing() throws Exception {
        byte[] answer = new byte[8 << 20];
        new Random(7).nextBytes(answer);
        rig.service(stream -> Conversation.over(stream).write(answer));
        StreamDialer dialer = to(rig.serve(identity("good"), layer), "a.test", trusting());
        for (int i = 0; i < 10; i++) {
            Conversation client = open(dialer);
            client.await(1 + i * 100_000);
            client.shutdownOutput();
            assertThat(client.await(answer.length)).isEqualTo(answer);
            client.reset();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.wild.test", "127.0.0.1"})
    void certificate_withWildcardOrAddress_isForIt(String named) throws Exception {
        Conversation client = open(to(rig.serve(identity("good"), layer), named, trusting()));
        client.write("x");
        assertThat(client.awaitText("x")).isEqualTo("x");
    }

    @Test
    void badCertificates_areRefused_eachWithItsReason() throws Exception {
        Map<String, String> expected = Map.of(
                "expired", "expired on 2021-01-01",
                "early", "is not valid before 2100-01-01",
                "foreign", "of the issuer CN=stranger, which is not trusted",
                "other", "is for other.test, not for a.test");
        for (Map.Entry<String, String> bad : expected.entrySet()) {
            InetSocketAddress server = rig.serve(identity(bad.getKey()), layer);
            ConnectException refusal = rig.refused(to(server, "a.test", trusting()), LIMIT);
            assertThat(refusal.reason()).isEqualTo(CloseReason.TLS_FAILED);
            assertThat(refusal.getMessage().replace("showed a certificate for ", "is for "))
                    .startsWith("TLS with a.test:" + server.getPort() + " failed: the server ")
                    .contains(bad.getValue());
        }
        for (String named : new String[] {"y.x.wild.test", "wild.test", "127.0.0.2"}) {
            assertThat(rig.refused(to(rig.serve(identity("good"), layer), named, trusting()), LIMIT))
                    .hasMessageContaining("not for " + named);
        }
        assertThat(rig.refused(
                        to(
                                rig.serve(identity("good"), layer),
                                "a.test",
                                Map.of("tls.disableSystemRoot", true, "tls.trust", new String[] {
                                    Files.readString(Path.of(certificates.certificate("stranger")))
                                })),
                        LIMIT))
                .hasMessageContaining("not trusted");
    }

    @Test
    void pinnedLeaf_isAcceptedWhateverItSays_andAnotherIsNot() throws Exception {
        String pin = pin("expired");
        Conversation client = open(
                to(rig.serve(identity("expired"), layer), "nobody.test", Map.of("tls.pinned", new String[] {pin})));
        client.write("x");
        assertThat(client.awaitText("x")).isEqualTo("x");

        ConnectException refusal = rig.refused(
                to(rig.serve(identity("good"), layer), "a.test", trusting("tls.pinned", new String[] {pin})), LIMIT);
        assertThat(refusal).hasMessageContaining("not the pinned one; its SHA-256 is " + pin("good"));
    }

    @Test
    void pinnedIssuer_needsTheNameToo() throws Exception {
        InetSocketAddress server = rig.serve(identity("foreign"), layer);
        String[] pin = {pin("stranger")};
        open(to(server, "a.test", Map.of("tls.pinned", pin))).reset();

        assertThat(rig.refused(to(server, "b.test", Map.of("tls.pinned", pin)), LIMIT))
                .hasMessageContaining("not for b.test");
        open(to(server, "b.test", Map.of("tls.pinned", pin, "tls.verifyNames", new String[] {"c.test", "a.test"})))
                .reset();
    }

    private static String pin(String name) throws Exception {
        return ServerTrust.fingerprint(
                java.security.cert.CertificateFactory.getInstance("X.509")
                                        .generateCertificate(
                                                Files.newInputStream(Path.of(certificates.certificate(name))))
                                instanceof java.security.cert.X509Certificate c
                        ? c
                        : null);
    }

    @Test
    void clientCertificate_isAskedForAndShown() throws Exception {
        Map<String, Object> server = identity("good");
        server.put("tls.trustFiles", new String[] {trusted});
        InetSocketAddress address = rig.serve(server, layer);
        Map<String, Object> client = identity("client");
        client.putAll(trusting());
        Conversation shown = open(to(address, "a.test", client));
        shown.write("x");
        assertThat(shown.awaitText("x")).isEqualTo("x");

        assertThat(rig.refused(to(address, "a.test", trusting("tls.maxVersion", "1.2")), LIMIT))
                .hasMessageContaining("alert");
    }

    @Test
    void unknownName_isRejectedWhereSoConfigured() throws Exception {
        Map<String, Object> server = identity("good");
        server.put("tls.rejectUnknownSni", true);
        assertThat(rig.refused(to(rig.serve(server, layer), "nobody.test", trusting()), LIMIT))
                .hasMessageContaining("refused it with the alert");
    }

    @Test
    void nameThatCannotBeAskedFor_isRefusedAtOnce() {
        assertThatThrownBy(() -> to(InetSocketAddress.createUnresolved("a", 1), "my_server", trusting()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("outbound \"test\": the server name my_server cannot be asked for: ");
    }

    @Test
    void silentServer_isATimeout() throws Exception {
        InetSocketAddress server = rig.listen(stream -> {});
        String sentence = "TLS with a.test:" + server.getPort() + " was not answered in time";
        // A slow machine may not have connected when a short time is over: it gets more.
        Duration limit = Duration.ofMillis(300);
        ConnectException refusal = rig.refused(to(server, "a.test", trusting()), limit);
        while (!sentence.equals(refusal.getMessage()) && limit.compareTo(Duration.ofSeconds(5)) < 0) {
            limit = limit.multipliedBy(5);
            refusal = rig.refused(to(server, "a.test", trusting()), limit);
        }
        assertThat(refusal.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
        assertThat(refusal).hasMessage(sentence);
    }

    @Test
    void serverThatSpeaksSomethingElse_isNamed_andNotQuoted() throws Exception {
        InetSocketAddress server = rig.listen(stream -> stream.channel()
                .writeAndFlush(io.netty.buffer.Unpooled.copiedBuffer(
                        "SSH-2.0-secret\r\n", java.nio.charset.StandardCharsets.US_ASCII)));
        assertThat(rig.refused(to(server, "a.test", trusting()), LIMIT))
                .hasMessage("TLS with a.test:" + server.getPort() + " failed: the far side does not speak TLS");
    }

    @Test
    void nothingInCommon_isTheFarSidesAlert() throws Exception {
        Map<String, Object> old = identity("good");
        old.put("tls.maxVersion", "1.2");
        old.put("tls.cipherSuites", new String[] {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"});
        InetSocketAddress server = rig.serve(old, layer);
        String failed = "TLS with a.test:" + server.getPort() + " failed: the far side refused it with the alert ";

        assertThat(rig.refused(to(server, "a.test", trusting("tls.minVersion", "1.3")), LIMIT))
                .hasMessage(failed + "protocol_version");
        assertThat(rig.refused(
                        to(server, "a.test", trusting("tls.maxVersion", "1.2", "tls.cipherSuites", new String[] {
                            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
                        })),
                        LIMIT))
                .hasMessage(failed + "handshake_failure");
    }

    /** ServerHello of TLS 1.2 with TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, by a server that has not looked at what was offered. */
    @Test
    void versionThatWasNotOffered_isNamed() throws Exception {
        InetSocketAddress server = rig.listen(stream -> stream.channel()
                .writeAndFlush(io.netty.buffer.Unpooled.wrappedBuffer(java.util.HexFormat.of()
                        .parseHex(
                                "160303002a0200002603030102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2000"
                                        + "c02b00"))));
        assertThat(rig.refused(to(server, "a.test", trusting("tls.minVersion", "1.3")), LIMIT))
                .hasMessage("TLS with a.test:" + server.getPort()
                        + " failed: the far side chose a version or a cipher suite that was not offered");
    }

    @Test
    void connectionClosedInTheHandshake_isNamed() throws Exception {
        InetSocketAddress server = rig.listen(stream -> stream.channel().close());
        assertThat(rig.refused(to(server, "a.test", trusting()), LIMIT))
                .hasMessage("TLS with a.test:" + server.getPort()
                        + " failed: the connection was closed during the handshake");
    }

    @Test
    void alertBehindTheHandshake_isNamed() throws Exception {
        Map<String, Object> server = identity("good");
        server.put("tls.trustFiles", new String[] {trusted});
        // TLS 1.3: the client is done before the server has seen that there is no certificate.
        Conversation client = open(to(rig.serve(server, layer), "a.test", trusting("tls.minVersion", "1.3")));
        assertThat(client.awaitFailure()).hasMessage("Received fatal alert: certificate_required");
    }

    @Test
    void keysOfAllForms_areRead() throws Exception {
        certificates.openssl(
                "ec",
                "-in",
                certificates.key("good"),
                "-out",
                folder.resolve("sec1.key").toString());
        certificates.openssl(
                "genrsa", "-traditional", "-out", folder.resolve("pkcs1.key").toString(), "2048");
        var settings = new io.sluice.api.transport.LayerSettings(
                "w", InetSocketAddress.createUnresolved("a", 1), "tls", Map.of());
        assertThat(Pem.key(settings, Files.readString(folder.resolve("sec1.key")), "k")
                        .getAlgorithm())
                .isEqualTo("EC");
        assertThat(Pem.key(settings, Files.readString(folder.resolve("pkcs1.key")), "k")
                        .getAlgorithm())
                .isEqualTo("RSA");
        assertThatThrownBy(() -> Pem.key(settings, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "k"))
                .hasMessage("w: the private key in k cannot be read");
    }
}
