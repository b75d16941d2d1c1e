package io.sluice.proxycodec.http;

/** What came is no head of an HTTP/1.1 message; the message says why, as the end of a sentence. */
public final class MalformedHttpException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedHttpException(String message) {
        super(message, null, false, false);
    }
}
