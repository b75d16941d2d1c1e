package io.sluice.transport.tls;

import io.sluice.api.transport.LayerSettings;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Decides about a server's certificate, as Xray does. Pinned leaf: accepted, and nothing else asked. Pinned issuer: the chain must end there, and the name be
 * right. Nothing pinned: the chain must end at an issuer that the system or the configuration trusts, and the name be right. The name is the
 * server's, or one of {@code verifyPeerCertByName}.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    private final Set<String> pinned;
    private final List<String> names;
    private final X509TrustManager chains;

    ServerTrust(LayerSettings settings, String serverName) {
        this.pinned = Set.copyOf(settings.strings("pinned"));
        List<String> others = settings.strings("verifyNames");
        this.names = others.isEmpty() ? List.of(serverName) : others;
        this.chains = chains(settings);
    }

    private static X509TrustManager chains(LayerSettings settings) {
        List<X509Certificate> trusted = trusted(settings);
        try {
            if (settings.flag("disableSystemRoot", false)) {
                return manager(trusted);
            }
            if (trusted.isEmpty()) {
                return manager(null);
            }
            List<X509Certificate> all = new ArrayList<>(trusted);
            all.addAll(List.of(manager(null).getAcceptedIssuers()));
            return manager(all);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    settings.where() + ": the trusted certificates cannot be used: " + e.getMessage(), e);
        }
    }

    /** What {@code certificates} with usage verify names. */
    static List<X509Certificate> trusted(LayerSettings settings) {
        List<X509Certificate> all = new ArrayList<>();
        settings.strings("trustFiles").forEach(f -> all.addAll(Pem.certificates(settings, Pem.file(settings, f), f)));
        settings.strings("trust").forEach(text -> all.addAll(Pem.certificates(settings, text, "the certificate")));
        return all;
    }

    /** @param issuers null for the system's */
    static X509TrustManager manager(List<X509Certificate> issuers) throws GeneralSecurityException, IOException {
        KeyStore store = null;
        if (issuers != null) {
            store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < issuers.size(); i++) {
                store.setCertificateEntry(Integer.toString(i), issuers.get(i));
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509;
            }
        }
        throw new GeneralSecurityException("this Java has no PKIX trust manager");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateRefused("showed no certificate");
        }
        X509Certificate leaf = chain[0];
        if (pinned.contains(fingerprint(leaf))) {
            return;
        }
        check(issuers(chain), chain, authType);
        if (names.stream().noneMatch(name -> HostNames.matches(leaf, name))) {
            throw new CertificateRefused("showed a certificate for " + shown(HostNames.of(leaf)) + ", not for "
                    + String.join(" or ", names));
        }
    }

    /** Who may have issued the certificate. */
    private X509TrustManager issuers(X509Certificate[] chain) throws CertificateException {
        if (pinned.isEmpty()) {
            return chains;
        }
        Optional<X509Certificate> issuer = Arrays.stream(chain)
                .skip(1)
                .filter(c -> pinned.contains(fingerprint(c)))
                .findFirst();
        if (issuer.isEmpty()) {
            throw new CertificateRefused(
                    "showed a certificate that is not the pinned one; its SHA-256 is " + fingerprint(chain[0]));
        }
        try {
            return manager(List.of(issuer.get()));
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateRefused("showed a pinned issuer that cannot be used: " + e.getMessage(), e);
        }
    }

    static void check(X509TrustManager issuers, X509Certificate[] chain, String authType) throws CertificateException {
        X509Certificate leaf = chain[0];
        try {
            leaf.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new CertificateRefused(
                    "showed a certificate that expired on " + leaf.getNotAfter().toInstant(), e);
        } catch (CertificateNotYetValidException e) {
            throw new CertificateRefused(
                    "showed a certificate that is not valid before "
                            + leaf.getNotBefore().toInstant(),
                    e);
        }
        try {
            issuers.checkServerTrusted(chain, authType);
        } catch (CertificateException e) {
            throw new CertificateRefused(
                    "showed a certificate of the issuer "
                            + leaf.getIssuerX500Principal().getName() + ", which is not trusted: " + innermost(e),
                    e);
        }
    }

    private static String innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String shown(List<String> names) {
        return names.isEmpty() ? "no name" : String.join(", ", names.subList(0, Math.min(4, names.size())));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this end is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
