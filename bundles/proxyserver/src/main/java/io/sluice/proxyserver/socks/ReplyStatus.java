package io.sluice.proxyserver.socks;

import io.sluice.api.flow.CloseReason;
import io.sluice.proxycodec.socks.Socks5Status;

/** The reply code that tells a client why. */
final class ReplyStatus {

    private ReplyStatus() {}

    static Socks5Status of(CloseReason reason) {
        return switch (reason) {
            case POLICY_REJECTED, POLICY_DROPPED, POLICY_ABSENT -> Socks5Status.NOT_ALLOWED;
            case CONNECT_REFUSED, REMOTE_ABORTED -> Socks5Status.CONNECTION_REFUSED;
            case EGRESS_UNAVAILABLE, EGRESS_LOST -> Socks5Status.NETWORK_UNREACHABLE;
            case UNREACHABLE, RESOLVE_FAILED -> Socks5Status.HOST_UNREACHABLE;
            // RFC 1928 has no code for a time-out; this is the one that servers and clients agreed on.
            case CONNECT_TIMEOUT -> Socks5Status.TTL_EXPIRED;
            case OUTBOUND_UNSUPPORTED -> Socks5Status.COMMAND_NOT_SUPPORTED;
            case FINISHED,
                    CLIENT_ABORTED,
                    IDLE,
                    OUTBOUND_ABSENT,
                    OUTBOUND_WITHDRAWN,
                    PROXY_AUTH_FAILED,
                    PROXY_FAILED,
                    TLS_FAILED,
                    LOOP,
                    LIMIT_REACHED,
                    INBOUND_WITHDRAWN,
                    OPERATOR,
                    SHUTDOWN,
                    INTERNAL_ERROR -> Socks5Status.GENERAL_FAILURE;
        };
    }
}
