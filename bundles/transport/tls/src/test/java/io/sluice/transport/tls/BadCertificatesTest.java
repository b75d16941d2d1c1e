package io.sluice.transport.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.testkit.layer.Conversation;
import io.sluice.testkit.layer.LayerRig;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** P18 of the security cases: what badssl.com shows of a server's certificate, made here by openssl; each is refused, and told by its reason. */
@ParameterizedClass
@EnumSource(Library.class)
class BadCertificatesTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final String SERVER = "basicConstraints=CA:FALSE\nsubjectAltName=";

    private static final String ISSUER = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n";

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static String trusted;

    /** Name of the files → part of the sentence. */
    private static final Map<String, String> BAD = new LinkedHashMap<>();

    @Parameter
    Library library;

    private final LayerRig rig = new LayerRig();

    @BeforeAll
    static void make() throws Exception {
        assumeTrue(Certificates.canBeMade(), "openssl is not installed");
        certificates = new Certificates(folder);
        trusted = certificates.issuer("issuer");
        certificates.issuer("stranger");
        signed("good", "issuer", SERVER + "DNS:a.test");

        certificates.leaf("expired", "issuer", "DNS:a.test", "20200101000000Z", "20210101000000Z");
        BAD.put("expired", "showed a certificate that expired on 2021-01-01");
        certificates.leaf("early", "issuer", "DNS:a.test", "21000101000000Z", "21010101000000Z");
        BAD.put("early", "showed a certificate that is not valid before 2100-01-01");
        bad("name", "issuer", SERVER + "DNS:other.test", "showed a certificate for other.test, not for a.test");
        bad("wildcard", "issuer", SERVER + "DNS:*.a.test,DNS:a.*", "showed a certificate for *.a.test, a.*, not for");
        bad("address", "issuer", SERVER + "IP:127.0.0.1", "showed a certificate for 127.0.0.1, not for a.test");
        subject("common", "issuer", "/CN=a.test", "basicConstraints=CA:FALSE\n");
        BAD.put("common", "showed a certificate for no name, not for a.test");
        bad("foreign", "stranger", SERVER + "DNS:a.test", "of the issuer CN=stranger, which is not trusted");
        self("self", "subjectAltName=DNS:a.test");
        BAD.put("self", "of the issuer CN=self, which is not trusted");
        bad("client", "issuer", SERVER + "DNS:a.test\nextendedKeyUsage=clientAuth", "xtended key usage");

        signed("between", "issuer", ISSUER);
        signed("missing", "between", SERVER + "DNS:a.test");
        shown("missing", "missing");
        BAD.put("missing", "of the issuer CN=between, which is not trusted");
        signed("no-issuer", "issuer", "basicConstraints=CA:FALSE\n");
        through("by-no-issuer", "no-issuer", "not a CA certificate");
        signed("short", "issuer", ISSUER.replace("CA:TRUE", "CA:TRUE,pathlen:0"));
        signed("too-long", "short", ISSUER);
        signed("below-too-long", "too-long", SERVER + "DNS:a.test");
        shown("below-too-long", "below-too-long", "too-long", "short");
        BAD.put("below-too-long", "not trusted: ");
        signed("narrow", "issuer", ISSUER + "nameConstraints=critical,permitted;DNS:other.test");
        through("outside", "narrow", "not trusted: ");
    }

    private static void bad(String name, String issuer, String extensions, String sentence) throws Exception {
        signed(name, issuer, extensions);
        BAD.put(name, sentence);
    }

    /** A certificate for the right name by an issuer that something is wrong with. */
    private static void through(String name, String issuer, String sentence) throws Exception {
        signed(name, issuer, SERVER + "DNS:a.test");
        shown(name, name, issuer);
        BAD.put(name, sentence);
    }

    private static void signed(String name, String issuer, String extensions) throws Exception {
        subject(name, issuer, "/CN=" + name, extensions);
    }

    private static void subject(String name, String issuer, String subject, String extensions) throws Exception {
        Path request = folder.resolve(name + ".csr");
        Path written = Files.writeString(folder.resolve(name + ".ext"), extensions + "\n");
        List<String> arguments = new ArrayList<>(List.of("req", "-newkey", "ec", "-pkeyopt"));
        arguments.addAll(List.of("ec_paramgen_curve:P-256", "-nodes", "-keyout", certificates.key(name)));
        arguments.addAll(List.of("-out", request.toString(), "-subj", subject));
        certificates.openssl(arguments.toArray(String[]::new));
        arguments = new ArrayList<>(List.of("x509", "-req", "-in", request.toString(), "-days", "30"));
        arguments.addAll(List.of("-CA", certificates.certificate(issuer), "-CAkey", certificates.key(issuer)));
        arguments.addAll(List.of("-CAcreateserial", "-extfile", written.toString()));
        arguments.addAll(List.of("-out", certificates.certificate(name)));
        certificates.openssl(arguments.toArray(String[]::new));
    }

    private static void self(String name, String extension) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("req", "-x509", "-newkey", "ec", "-pkeyopt"));
        arguments.addAll(List.of("ec_paramgen_curve:P-256", "-nodes", "-keyout", certificates.key(name)));
        arguments.addAll(List.of("-out", certificates.certificate(name), "-subj", "/CN=" + name, "-days", "30"));
        arguments.addAll(List.of("-addext", extension));
        certificates.openssl(arguments.toArray(String[]::new));
    }

    /** What the server shows. */
    private static void shown(String name, String... chain) throws Exception {
        StringBuilder all = new StringBuilder();
        for (String certificate : chain) {
            String text = Files.readString(Path.of(certificates.certificate(certificate)));
            int end = text.indexOf("-----END CERTIFICATE-----\n") + "-----END CERTIFICATE-----\n".length();
            all.append(text, 0, end);
        }
        Files.writeString(Path.of(certificates.certificate(name)), all);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private InetSocketAddress serve(String name) {
        return rig.serve(
                Map.of(
                        "tls.identities",
                        1,
                        "tls.identity.0.certificateFile",
                        certificates.certificate(name),
                        "tls.identity.0.keyFile",
                        certificates.key(name)),
                new TlsLayer(library));
    }

    private static Map<String, Object> trusting(Object... more) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("tls.disableSystemRoot", true);
        properties.put("tls.trustFiles", new String[] {trusted});
        for (int i = 0; i < more.length; i += 2) {
            properties.put((String) more[i], more[i + 1]);
        }
        return properties;
    }

    /** Who can serve these can serve a good one: what is refused below is the certificate. */
    @Test
    void p18_goodCertificate_isTaken() throws Exception {
        Conversation client = rig.open(rig.dialer(serve("good"), "a.test", trusting(), new TlsLayer(library)));
        client.write("x");
        assertThat(client.awaitText("x")).isEqualTo("x");
    }

    @Test
    void p18_badCertificates_areRefused_eachWithItsReason() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, String> bad : BAD.entrySet()) {
            InetSocketAddress server = serve(bad.getKey());
            ConnectException refusal =
                    rig.refused(rig.dialer(server, "a.test", trusting(), new TlsLayer(library)), LIMIT);
            String told = refusal.getMessage();
            if (refusal.reason() != CloseReason.TLS_FAILED
                    || !told.startsWith(
                            "TLS with a.test:" + server.getPort() + " failed: the server showed a certificate")
                    || !told.contains(bad.getValue())) {
                wrong.add(bad.getKey() + ": " + refusal.reason() + ", " + told);
            }
        }
        InetSocketAddress server = serve("good");
        String pin = "00".repeat(32);
        ConnectException refusal = rig.refused(
                rig.dialer(server, "a.test", trusting("tls.pinned", new String[] {pin}), new TlsLayer(library)), LIMIT);
        assertThat(refusal).hasMessageContaining("that is not the pinned one");
        assertThat(BAD).hasSizeGreaterThanOrEqualTo(12);
        assertThat(wrong).isEmpty();
    }
}
