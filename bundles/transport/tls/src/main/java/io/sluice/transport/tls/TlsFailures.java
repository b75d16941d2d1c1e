package io.sluice.transport.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.sluice.api.net.SystemErrors;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;

/** What went wrong, as the end of a sentence. */
final class TlsFailures {

    private static final String ALERT = "Received fatal alert: ";

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
        return failure instanceof NotSslRecordException
                ? "the far side does not speak TLS"
                : String.valueOf(failure.getMessage());
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
