package io.sluice.transport.tls;

import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Whether a certificate is for a name (RFC 9525; the subject's common name counts for nothing). */
final class HostNames {

    /** RFC 5280 §4.2.1.6, GeneralName. */
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;

    private HostNames() {}

    static boolean isAddress(String name) {
        return NetUtil.createByteArrayFromIpAddressString(name) != null;
    }

    static boolean matches(X509Certificate certificate, String name) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
        if (address != null) {
            return names(certificate, IP_ADDRESS).stream()
                    .map(NetUtil::createByteArrayFromIpAddressString)
                    .anyMatch(a -> Arrays.equals(a, address));
        }
        String wanted = canonical(name);
        return names(certificate, DNS_NAME).stream().anyMatch(n -> matches(canonical(n), wanted));
    }

    /** For people. */
    static List<String> of(X509Certificate certificate) {
        List<String> all = new ArrayList<>(names(certificate, DNS_NAME));
        all.addAll(names(certificate, IP_ADDRESS));
        return all;
    }

    /** A wildcard is the whole left-most label and stands for exactly one (RFC 9525 §6.3). */
    private static boolean matches(String pattern, String name) {
        if (!pattern.startsWith("*.")) {
            return pattern.equals(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && name.substring(dot).equals(pattern.substring(1));
    }

    private static String canonical(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static List<String> names(X509Certificate certificate, int kind) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream()
                            .filter(n -> n.get(0).equals(kind) && n.get(1) instanceof String)
                            .map(n -> (String) n.get(1))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of(); // it is for no name that can be read
        }
    }
}
