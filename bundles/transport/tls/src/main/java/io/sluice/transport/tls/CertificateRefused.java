package io.sluice.transport.tls;

import java.security.cert.CertificateException;

/** A certificate is not good; the message says why, as the end of a sentence that begins with the server. */
final class CertificateRefused extends CertificateException {

    private static final long serialVersionUID = 1L;

    CertificateRefused(String predicate, Throwable cause) {
        super(predicate, cause);
    }

    CertificateRefused(String predicate) {
        this(predicate, null);
    }
}
