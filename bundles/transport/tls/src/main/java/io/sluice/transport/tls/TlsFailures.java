package io.sluice.transport.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.sluice.api.net.SystemErrors;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** What went wrong, as the end of a sentence, in the same words for all engines. */
final class TlsFailures {

    private static final String ALERT = "Received fatal alert: ";

    /** BoringSSL's, e.g. {@code error:10000410:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE}. */
    private static final Pattern NATIVE =
            Pattern.compile("error:[0-9a-f]+:SSL routines:\\w+:((?:SSLV3|TLSV1)_ALERT_)?(\\w+)");

    /**
     * What a server says, Java's the last, or BoringSSL of it, where one has nothing that the other takes. Java leaves it to the trust manager what a
     * certificate's key is for.
     */
    private static final Pattern NOTHING_IN_COMMON = Pattern.compile(
            "_ALERT_(HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|INTERNAL_ERROR)|:(WRONG_SIGNATURE_TYPE|UNKNOWN_CERTIFICATE_TYPE"
                    + "|NO_COMMON_SIGNATURE_ALGORITHMS|UNSUPPORTED_ELLIPTIC_CURVE|WRONG_CURVE|KEY_USAGE_BIT_INCORRECT|UNSUPPORTED_ALGORITHM)");

    private static final String CHOICE = "the far side chose a version or a cipher suite that was not offered";

    private static final List<String> JAVAS_CHOICE =
            List.of("The server selected protocol version", "Server selected improper ciphersuite");

    private static final Set<String> NATIVE_CHOICE =
            Set.of("UNSUPPORTED_PROTOCOL", "WRONG_CIPHER_RETURNED", "UNKNOWN_CIPHER_RETURNED");

    /** The alert that was sent for it, in front of what Java says. */
    private static final Pattern SENT = Pattern.compile("^\\([a-z_]+\\) ");

    /** How deep causes are looked through: JSSE and Netty wrap a few times. */
    private static final int DEPTH = 8;

    private TlsFailures() {}

    static String predicate(Throwable failure) {
        CertificateRefused refused = find(failure, CertificateRefused.class);
        if (refused != null) {
            return "failed: the server " + refused.getMessage();
        }
        SSLException tls = find(failure, SSLException.class);
        String message = tls == null ? SystemErrors.sentence(failure) : sentence(tls);
        if (message.contains(ALERT)) {
            return "failed: the far side refused it with the alert "
                    + message.substring(message.indexOf(ALERT) + ALERT.length());
        }
        if (find(failure, ClosedChannelException.class) != null) {
            return "failed: the connection was closed during the handshake";
        }
        return "failed: " + message;
    }

    /** Netty's exception for octets that are no TLS has all of them in its message. */
    static String sentence(SSLException failure) {
        if (failure instanceof NotSslRecordException) {
            return "the far side does not speak TLS";
        }
        String message = String.valueOf(failure.getMessage());
        Matcher matcher = NATIVE.matcher(message);
        if (matcher.find()) {
            String reason = matcher.group(2);
            if (matcher.group(1) != null) {
                return ALERT + reason.toLowerCase(Locale.ROOT);
            }
            return NATIVE_CHOICE.contains(reason)
                    ? CHOICE
                    : reason.toLowerCase(Locale.ROOT).replace('_', ' ');
        }
        return JAVAS_CHOICE.stream().anyMatch(message::contains)
                ? CHOICE
                : SENT.matcher(message).replaceFirst("");
    }

    /** Whether a native engine failed, and one that offers more might not. */
    static boolean isForWantOfCommonGround(Throwable failure) {
        SSLException tls = find(failure, SSLException.class);
        return tls != null
                && NOTHING_IN_COMMON.matcher(String.valueOf(tls.getMessage())).find();
    }

    /** A fault of the stream below, not of TLS. */
    static boolean isOfTheStream(Throwable failure) {
        return find(failure, SSLException.class) == null && find(failure, CertificateRefused.class) == null;
    }

    static <T extends Throwable> T find(Throwable failure, Class<T> type) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEPTH; depth++) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
            cause = cause.getCause();
        }
        return null;
    }
}
