package io.sluice.proxyserver.http;

import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;

/**
 * Where a request goes.
 *
 * @param authority host and port as the next server is to see them in Host
 * @param endpoint the same, parsed
 * @param path the target in origin form for the next server; empty for CONNECT
 */
record Target(String authority, InetSocketAddress endpoint, String path) {

    private static final String HTTP = "http://";
    private static final int HTTP_PORT = 80;

    /** Reads a request target in the form that the method has at a proxy (RFC 9112 §3.2); null if it is not in that form. */
    static Target of(HttpMethod method, String uri) {
        if (HttpMethod.CONNECT.equals(method)) {
            InetSocketAddress endpoint = Authority.parse(uri, 0);
            return endpoint == null ? null : new Target(uri, endpoint, "");
        }
        if (!uri.regionMatches(true, 0, HTTP, 0, HTTP.length()) || uri.indexOf('#') >= 0) {
            return null;
        }
        int end = HTTP.length();
        while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
            end++;
        }
        String authority = uri.substring(HTTP.length(), end);
        InetSocketAddress endpoint = Authority.parse(authority, HTTP_PORT);
        String path = uri.substring(end);
        return endpoint == null || !isVisible(path) ? null : new Target(authority, endpoint, path(method, path));
    }

    /** RFC 9112 §3.2.1 and §3.2.4: an empty path is "/", and for OPTIONS "*". */
    private static String path(HttpMethod method, String path) {
        if (path.isEmpty()) {
            return HttpMethod.OPTIONS.equals(method) ? "*" : "/";
        }
        return path.charAt(0) == '?' ? "/" + path : path;
    }

    private static boolean isVisible(String path) {
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) <= ' ' || path.charAt(i) == 0x7F) {
                return false;
            }
        }
        return true;
    }
}
