package io.sluice.proxyserver.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;

/** The fields that concern one connection only and never pass a proxy (RFC 9110 §7.6.1). */
final class HopByHop {

    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");

    private static final List<AsciiString> ALWAYS = List.of(
            HttpHeaderNames.CONNECTION,
            KEEP_ALIVE,
            PROXY_CONNECTION,
            HttpHeaderNames.PROXY_AUTHENTICATE,
            HttpHeaderNames.PROXY_AUTHORIZATION,
            HttpHeaderNames.TE,
            HttpHeaderNames.TRAILER,
            HttpHeaderNames.UPGRADE);

    private HopByHop() {}

    /**
     * Removes them, and what Connection names besides. Transfer-Encoding stays: the caller has decoded it and encodes anew by it.
     *
     * @return false if Connection names a field that frames or routes the message: to remove it would change what the message is
     */
    static boolean remove(HttpHeaders headers) {
        for (String field : headers.getAll(HttpHeaderNames.CONNECTION)) {
            for (String option : field.split(",", -1)) {
                String name = option.trim();
                if (AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.CONTENT_LENGTH)
                        || AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.TRANSFER_ENCODING)
                        || AsciiString.contentEqualsIgnoreCase(name, HttpHeaderNames.HOST)) {
                    return false;
                }
                if (!name.isEmpty()) {
                    headers.remove(name);
                }
            }
        }
        ALWAYS.forEach(headers::remove);
        return true;
    }
}
