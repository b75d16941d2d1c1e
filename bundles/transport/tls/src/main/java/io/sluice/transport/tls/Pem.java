package io.sluice.transport.tls;

import io.sluice.api.transport.LayerSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and private keys as text (RFC 7468). A key appears in no message. */
final class Pem {

    /** A chain has some KiB; ours, so that a wrong path does not fill the memory. */
    private static final long LARGEST_FILE = 1 << 20;

    private static final Pattern KEY = Pattern.compile(
            "-----BEGIN (RSA |EC )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END (RSA |EC )?PRIVATE KEY-----");

    /** PrivateKeyInfo (RFC 5208 §5): version 0 and the algorithm rsaEncryption, before the key itself. */
    private static final byte[] RSA_HEAD = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");

    /** id-ecPublicKey. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Pem() {}

    static String file(LayerSettings settings, String path) {
        try {
            Path file = Path.of(path);
            if (Files.size(file) > LARGEST_FILE) {
                throw new IllegalArgumentException(
                        settings.where() + ": " + path + " is larger than any certificate or key");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IllegalArgumentException(settings.where() + ": " + path + " cannot be read: " + e, e);
        }
    }

    /** At least one, in the order of the text. */
    static List<X509Certificate> certificates(LayerSettings settings, String text, String what) {
        try {
            // What stands before the first line of a certificate is for people.
            int begin = Math.max(0, text.indexOf("-----BEGIN CERTIFICATE"));
            List<X509Certificate> all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(text.substring(begin).getBytes(StandardCharsets.ISO_8859_1)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (!all.isEmpty()) {
                return all;
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    settings.where() + ": " + what + " holds no certificate that can be read: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(settings.where() + ": " + what + " holds no certificate");
    }

    static PrivateKey key(LayerSettings settings, String text, String what) {
        Matcher matcher = KEY.matcher(text);
        if (!matcher.find()) {
            throw new IllegalArgumentException(settings.where() + ": " + what
                    + " holds no private key in PEM without a password (openssl pkey converts others)");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
            String kind = matcher.group(1) == null ? "" : matcher.group(1).strip();
            return key(
                    switch (kind) {
                        case "RSA" -> sequence(concatenate(RSA_HEAD, tagged(0x04, der)));
                        case "EC" ->
                            sequence(concatenate(VERSION_0, sequence(concatenate(EC, curve(der))), tagged(0x04, der)));
                        default -> der;
                    });
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException(
                    settings.where() + ": the private key in " + what + " cannot be read", e);
        }
    }

    private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
        GeneralSecurityException failure = null;
        for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                failure = e;
            }
        }
        throw failure;
    }

    /** ECPrivateKey (RFC 5915 §3): version, OCTET STRING, [0] with the object identifier of the curve. */
    private static byte[] curve(byte[] der) throws GeneralSecurityException {
        for (int at = 0; at + 4 < der.length; at++) {
            boolean here = (der[at] & 0xff) == 0xa0
                    && der[at + 2] == 0x06
                    && der[at + 1] == der[at + 3] + 2
                    && at + 4 + der[at + 3] <= der.length;
            if (here) {
                return java.util.Arrays.copyOfRange(der, at + 2, at + 4 + der[at + 3]);
            }
        }
        throw new InvalidKeySpecException("no curve is named");
    }

    private static byte[] sequence(byte[] content) {
        return tagged(0x30, content);
    }

    /** X.690 §8.1.3: length in one octet below 128, else the number of octets of the length first. */
    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] concatenate(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
