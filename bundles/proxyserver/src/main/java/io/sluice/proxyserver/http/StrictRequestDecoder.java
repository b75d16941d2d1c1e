package io.sluice.proxyserver.http;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;

/** Netty's decoder with every strictness on; what Netty would repair fails instead. */
final class StrictRequestDecoder extends HttpRequestDecoder {

    /** RFC 9112 §3 recommends to support at least 8,000 octets of request line. */
    static final int MAX_LINE = 8 << 10;

    /** Ours: what common servers take (nginx 4 × 8 KiB, Apache 100 lines of 8 KiB, Node 16 KiB). */
    static final int MAX_HEAD = 16 << 10;

    StrictRequestDecoder() {
        super(config());
    }

    static HttpDecoderConfig config() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE)
                .setMaxHeaderSize(MAX_HEAD)
                .setStrictLineParsing(true)
                .setValidateHeaders(true)
                .setAllowDuplicateContentLengths(false)
                .setUseRfc9112TransferEncoding(true);
    }

    /** RFC 9112 §6.1: such a message might be an attempt at request smuggling. Netty would drop the length and go on. */
    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("Transfer-Encoding and Content-Length in one message");
    }
}
