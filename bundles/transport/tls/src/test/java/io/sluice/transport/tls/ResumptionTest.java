package io.sluice.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.api.transport.StreamDialer;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server of openssl's says whether a session was taken up again. */
class ResumptionTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final LayerRig rig = new LayerRig();
    private Certificates certificates;
    private Process server;
    private InetSocketAddress address;

    @BeforeEach
    void serve() throws Exception {
        assumeTrue(Certificates.canBeMade(), "openssl is not installed");
        certificates = new Certificates(folder);
        certificates.issuer("issuer");
        certificates.leaf("good", "issuer", "DNS:a.test");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
        server = new ProcessBuilder(
                        "openssl",
                        "s_server",
                        "-accept",
                        "127.0.0.1:" + address.getPort(),
                        "-cert",
                        certificates.certificate("good"),
                        "-key",
                        certificates.key("good"),
                        "-www")
                .redirectErrorStream(true)
                .redirectOutput(said().toFile())
                .start();
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!answers()) {
            assertThat(System.nanoTime())
                    .as("openssl s_server: %s", Files.readString(said()))
                    .isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private boolean answers() {
        try (Socket _ = new Socket(address.getAddress(), address.getPort())) {
            return true;
        } catch (java.io.IOException _) {
            return false;
        }
    }

    private Path said() {
        return folder.resolve("s_server.log");
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
        if (server != null) {
            server.destroy();
            server.waitFor();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "JAVA,1.2,true",
        "JAVA,1.3,true",
        "NATIVE,1.2,true",
        "NATIVE,1.3,true",
        "JAVA,1.3,false",
        "NATIVE,1.2,false",
        "NATIVE,1.3,false"
    })
    void session_isTakenUpAgain_whereSoConfigured(Library library, String version, boolean resume) throws Exception {
        StreamDialer dialer = rig.dialer(
                address,
                "a.test",
                Map.of(
                        "tls.disableSystemRoot",
                        true,
                        "tls.trustFiles",
                        new String[] {certificates.certificate("issuer")},
                        "tls.maxVersion",
                        version,
                        "tls.sessionResumption",
                        resume),
                new TlsLayer(library));
        for (String expected :
                List.of("New, TLSv", resume ? "Reused, TLSv" : "New, TLSv", resume ? "Reused, TLSv" : "New, TLSv")) {
            Conversation client = rig.open(dialer);
            assertThat(library.made(((TlsStream) client.stream()).engines())).isTrue();
            client.write("GET / HTTP/1.0\r\n\r\n");
            client.awaitEnd();
            assertThat(new String(client.received(), StandardCharsets.US_ASCII)).contains("\n" + expected + version);
            client.stream().channel().close().await();
        }
        dialer.close();
    }
}
