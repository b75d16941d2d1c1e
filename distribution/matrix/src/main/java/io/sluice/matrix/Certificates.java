package io.sluice.matrix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An authority of this run, and a server's certificate from it, made by the JDK's keytool; all PEM.
 *
 * @param chain the server's certificate and the authority's
 * @param key of the server, PKCS #8
 */
record Certificates(Path authority, Path chain, Path key) {

    /** What the server's certificate is for. */
    static final String SERVER_NAME = "server.example";

    private static final String PASSWORD = "changeit";
    private static final int PATIENCE_SECONDS = 60;

    /** A server's certificate that is good for a day. */
    static Certificates good(Path folder) throws IOException {
        return make(folder, "1");
    }

    /** One that ended yesterday. */
    static Certificates expired(Path folder) throws IOException {
        return make(folder, "1", "-startdate", "-2d");
    }

    private static Certificates make(Path folder, String days, String... more) throws IOException {
        Files.createDirectories(folder);
        Path store = folder.resolve("store.p12");
        keytool(
                store,
                List.of("-genkeypair", "-alias", "authority", "-keyalg", "EC", "-groupname", "secp256r1"),
                List.of(
                        "-dname",
                        "CN=Test authority",
                        "-ext",
                        "bc:critical=ca:true",
                        "-ext",
                        "ku:critical=keyCertSign",
                        "-startdate",
                        "-3d",
                        "-validity",
                        "30"));
        List<String> leaf = new ArrayList<>(List.of("-dname", "CN=" + SERVER_NAME, "-signer", "authority"));
        leaf.addAll(List.of("-ext", "san=dns:" + SERVER_NAME, "-ext", "eku=serverAuth", "-validity", days));
        leaf.addAll(Arrays.asList(more));
        keytool(store, List.of("-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1"), leaf);
        try {
            KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            Certificate authority = keys.getCertificate("authority");
            String server = pem("CERTIFICATE", keys.getCertificate("server").getEncoded());
            String above = pem("CERTIFICATE", authority.getEncoded());
            return new Certificates(
                    Files.writeString(folder.resolve("authority.pem"), above),
                    Files.writeString(folder.resolve("chain.pem"), server + above),
                    Files.writeString(
                            folder.resolve("key.pem"),
                            pem(
                                    "PRIVATE KEY",
                                    keys.getKey("server", PASSWORD.toCharArray())
                                            .getEncoded())));
        } catch (GeneralSecurityException e) {
            throw new IOException("the key store that keytool made cannot be read", e);
        }
    }

    private static String pem(String what, byte[] octets) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets)
                + "\n-----END " + what + "-----\n";
    }

    private static void keytool(Path store, List<String> first, List<String> more) throws IOException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        words.addAll(first);
        words.addAll(more);
        words.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD, "-storetype", "PKCS12"));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("keytool: " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
