package io.sluice.transport.tls;

import io.sluice.api.transport.LayerSettings;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The certificates of this end, each with its key. A server shows the first that is for the name which the client asks for, else the first of all, unless unknown
 * names are rejected. A client shows its first. An alias is the number in the list.
 */
final class Identities extends X509ExtendedKeyManager {

    private final List<Identity> all;
    private final boolean rejectUnknown;

    private record Identity(X509Certificate[] chain, PrivateKey key) {

        boolean isFor(String keyType) {
            String algorithm = key.getAlgorithm();
            return algorithm.equals(keyType) || (keyType.equals("RSASSA-PSS") && algorithm.equals("RSA"));
        }
    }

    private Identities(List<Identity> all, boolean rejectUnknown) {
        this.all = all;
        this.rejectUnknown = rejectUnknown;
    }

    static Optional<Identities> of(LayerSettings settings) {
        List<Identity> all = new ArrayList<>();
        for (int i = 0; i < settings.integer("identities", 0); i++) {
            String prefix = "identity." + i + ".";
            Optional<String> file = settings.string(prefix + "certificateFile");
            Optional<String> keyFile = settings.string(prefix + "keyFile");
            String what = file.orElse("certificates[" + i + "]");
            List<X509Certificate> chain = Pem.certificates(
                    settings,
                    file.map(f -> Pem.file(settings, f))
                            .or(() -> settings.string(prefix + "certificate"))
                            .orElse(""),
                    what);
            PrivateKey key = Pem.key(
                    settings,
                    keyFile.map(f -> Pem.file(settings, f))
                            .or(() -> settings.secret(prefix + "key"))
                            .orElse(""),
                    keyFile.orElse("certificates[" + i + "]"));
            if (!key.getAlgorithm().equals(chain.getFirst().getPublicKey().getAlgorithm())) {
                throw new IllegalArgumentException(
                        settings.where() + ": " + what + " and its key do not belong together");
            }
            all.add(new Identity(chain.toArray(X509Certificate[]::new), key));
        }
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(new Identities(List.copyOf(all), settings.flag("rejectUnknownSni", false)));
    }

    /** Of the keys, by their names in Java. */
    Stream<String> algorithms() {
        return all.stream().map(identity -> identity.key().getAlgorithm());
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        Optional<String> asked = engine.getHandshakeSession() instanceof ExtendedSSLSession session
                ? Engines.asked(session)
                : Optional.empty();
        for (int i = 0; asked.isPresent() && i < all.size(); i++) {
            if (all.get(i).isFor(keyType) && HostNames.matches(all.get(i).chain()[0], asked.get())) {
                return Integer.toString(i);
            }
        }
        return rejectUnknown ? null : first(keyType);
    }

    @Override
    public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
        // Their order says nothing of ours: Java's and BoringSSL's differ.
        return first(keyTypes);
    }

    private String first(String... keyTypes) {
        for (int i = 0; i < all.size(); i++) {
            if (Arrays.stream(keyTypes).anyMatch(all.get(i)::isFor)) {
                return Integer.toString(i);
            }
        }
        return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return all.get(Integer.parseInt(alias)).chain().clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return all.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return aliases(keyType);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return aliases(keyType);
    }

    private String[] aliases(String keyType) {
        String first = first(keyType);
        return first == null ? null : new String[] {first};
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return chooseEngineClientAlias(keyTypes, issuers, null);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return first(keyType);
    }
}
