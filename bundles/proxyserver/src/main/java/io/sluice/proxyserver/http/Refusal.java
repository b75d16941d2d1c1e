package io.sluice.proxyserver.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.sluice.api.flow.CloseReason;

/** An answer that ends the connection: status, one line for people. */
record Refusal(HttpResponseStatus status, String sentence) {

    static Refusal of(CloseReason reason) {
        return new Refusal(status(reason), reason.sentence() + " (" + reason + ")");
    }

    static Refusal badRequest(String sentence) {
        return new Refusal(HttpResponseStatus.BAD_REQUEST, sentence);
    }

    private static HttpResponseStatus status(CloseReason reason) {
        return switch (reason) {
            case POLICY_REJECTED, POLICY_DROPPED, POLICY_ABSENT -> HttpResponseStatus.FORBIDDEN;
            case CONNECT_TIMEOUT -> HttpResponseStatus.GATEWAY_TIMEOUT;
            case CONNECT_REFUSED,
                    UNREACHABLE,
                    RESOLVE_FAILED,
                    REMOTE_ABORTED,
                    PROXY_AUTH_FAILED,
                    PROXY_FAILED,
                    TLS_FAILED,
                    OUTBOUND_UNSUPPORTED,
                    LOOP -> HttpResponseStatus.BAD_GATEWAY;
            case FINISHED,
                    CLIENT_ABORTED,
                    IDLE,
                    OUTBOUND_ABSENT,
                    OUTBOUND_WITHDRAWN,
                    EGRESS_UNAVAILABLE,
                    EGRESS_LOST,
                    LIMIT_REACHED,
                    INBOUND_WITHDRAWN,
                    OPERATOR,
                    SHUTDOWN,
                    INTERNAL_ERROR -> HttpResponseStatus.SERVICE_UNAVAILABLE;
        };
    }

    /** As octets. The caller owns them. */
    ByteBuf encode(ByteBufAllocator allocator) {
        String body = status + ": " + sentence + "\n";
        String challenge = status.equals(HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED)
                ? "Proxy-Authenticate: Basic realm=\"proxy\", charset=\"UTF-8\"\r\n"
                : "";
        return ByteBufUtil.writeAscii(
                allocator,
                "HTTP/1.1 " + status + "\r\n" + challenge + "Content-Type: text/plain\r\nContent-Length: "
                        + body.length() + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n" + body);
    }
}
