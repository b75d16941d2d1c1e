package io.sluice.proxyserver.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;

/** What is wrong with a request's head, beyond what the decoder refuses by itself. */
final class RequestCheck {

    private RequestCheck() {}

    /** Null if nothing is. */
    static Refusal refusal(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return undecodable(request.decoderResult().cause());
        }
        HttpVersion version = request.protocolVersion();
        boolean http11 = version.equals(HttpVersion.HTTP_1_1);
        if (!http11 && !version.equals(HttpVersion.HTTP_1_0)) {
            return new Refusal(
                    HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "only HTTP/1.0 and HTTP/1.1 are spoken here");
        }
        HttpHeaders headers = request.headers();
        int hosts = headers.getAll(HttpHeaderNames.HOST).size();
        // RFC 9112 §3.2: 400 if there is none in HTTP/1.1 or more than one. For CONNECT the target says it all, and
        // clients leave it out.
        boolean needed = http11 && !HttpMethod.CONNECT.equals(request.method());
        if (hosts > 1 || needed && hosts == 0) {
            return Refusal.badRequest("there must be one Host field");
        }
        return framing(headers, http11, HttpMethod.CONNECT.equals(request.method()));
    }

    private static Refusal framing(HttpHeaders headers, boolean http11, boolean connect) {
        List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        boolean length = headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        if (encodings.isEmpty()) {
            // RFC 9110 §9.3.6: content in CONNECT has no defined meaning; what follows is the tunnel's.
            return connect && length && !"0".equals(headers.get(HttpHeaderNames.CONTENT_LENGTH))
                    ? Refusal.badRequest("CONNECT has no content")
                    : null;
        }
        boolean chunked =
                encodings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.getFirst());
        // RFC 9112 §6.1: not in HTTP/1.0, not with Content-Length, and chunked is all that is understood here.
        return chunked && http11 && !length && !connect
                ? null
                : Refusal.badRequest("this framing of the content is not understood");
    }

    private static Refusal undecodable(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return new Refusal(HttpResponseStatus.REQUEST_URI_TOO_LONG, "the request line is longer than 8 KiB");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new Refusal(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the header is longer than 16 KiB");
        }
        return Refusal.badRequest("this is no HTTP/1 request");
    }
}
