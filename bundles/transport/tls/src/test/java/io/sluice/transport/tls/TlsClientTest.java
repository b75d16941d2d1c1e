package io.sluice.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A dialer does the same by both libraries, also where these go ways of their own. */
@ParameterizedClass
@EnumSource(Library.class)
class TlsClientTest {

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
        certificates.leaf("good", "issuer", "DNS:a.test");
        certificates.leaf("ec", "issuer", "DNS:client.test");
        certificates.leafWith(List.of("rsa:2048"), "rsa", "issuer", "DNS:client.test");
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
        Map<String, Object> properties = new HashMap<>(Map.of("tls.identities", names.length));
        for (int i = 0; i < names.length; i++) {
            properties.put("tls.identity." + i + ".certificateFile", certificates.certificate(names[i]));
            properties.put("tls.identity." + i + ".keyFile", certificates.key(names[i]));
        }
        return properties;
    }

    private static Map<String, Object> trusting() {
        return Map.of("tls.disableSystemRoot", true, "tls.trustFiles", new String[] {trusted});
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private TlsStream accepted() {
        await(() -> !rig.accepted().isEmpty());
        return (TlsStream) rig.accepted().getFirst();
    }

    /** TLS to a server by way of another: what the lower layer has still to say is none of the upper one's, and its end no fault. */
    @Test
    void endOfTlsWithinTls_leavesTheLowerOneItsOwn() throws Exception {
        rig.service(stream -> {});
        InetSocketAddress server = rig.serve(identity("good"), layer, layer);
        Conversation client = rig.open(rig.dialer(server, "a.test", trusting(), layer, layer));
        Conversation far = Conversation.over(accepted());
        List<Object> seen = new CopyOnWriteArrayList<>();
        ChannelPipeline pipeline = client.stream().channel().pipeline();
        pipeline.addFirst(new Seen(seen));
        pipeline.addBefore(pipeline.lastContext().name(), null, new Seen(seen));
        far.write("all");
        far.shutdownOutput();
        client.awaitEnd();

        far.stream().channel().close();
        await(() -> seen.contains(ChannelInputShutdownReadComplete.INSTANCE));

        assertThat(client.awaitText("all")).isEqualTo("all");
        assertThat(seen).filteredOn(Throwable.class::isInstance).isEmpty();
    }

    /** Keeps events and exceptions. */
    private static final class Seen extends ChannelInboundHandlerAdapter {

        private final List<Object> seen;

        Seen(List<Object> seen) {
            this.seen = seen;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            seen.add(event);
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            seen.add(cause);
            ctx.fireExceptionCaught(cause);
        }
    }

    @ParameterizedTest
    @CsvSource({"ec,rsa,1.2", "ec,rsa,1.3", "rsa,ec,1.2", "rsa,ec,1.3"})
    void clientWithSeveralCertificates_showsItsFirst(String first, String second, String version) throws Exception {
        Map<String, Object> server = identity("good");
        server.put("tls.trustFiles", new String[] {trusted});
        Map<String, Object> client = identity(first, second);
        client.putAll(trusting());
        client.put("tls.maxVersion", version);
        Conversation shown = rig.open(rig.dialer(rig.serve(server, layer), "a.test", client, layer));
        shown.write("x");
        shown.awaitText("x");

        assertThat(accepted().tls().engine().getSession().getPeerPrincipal().getName())
                .isEqualTo("CN=" + first);
    }

    /** Made for signing certificates; what is pinned is asked nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"1.2", "1.3"})
    void pinnedLeaf_isAcceptedWhateverItsKeyIsFor(String version) throws Exception {
        String pin;
        try (InputStream file = Files.newInputStream(Path.of(trusted))) {
            pin = ServerTrust.fingerprint(
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        Map<String, Object> pinning = Map.of("tls.pinned", new String[] {pin}, "tls.maxVersion", version);
        Conversation client = rig.open(rig.dialer(rig.serve(identity("issuer"), layer), "a.test", pinning, layer));
        client.write("x");
        assertThat(client.awaitText("x")).isEqualTo("x");
    }
}
