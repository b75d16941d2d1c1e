package io.sluice.outbound.socks.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.proxycodec.socks.Socks5Status;

/** What a reply code of the proxy means to the flow. */
final class ReplyReason {

    private ReplyReason() {}

    static CloseReason of(Socks5Status status) {
        return switch (status) {
            case NOT_ALLOWED -> CloseReason.POLICY_REJECTED;
            case NETWORK_UNREACHABLE, HOST_UNREACHABLE -> CloseReason.UNREACHABLE;
            case CONNECTION_REFUSED -> CloseReason.CONNECT_REFUSED;
            // Proxies say "TTL expired" for want of a code that means time-out.
            case TTL_EXPIRED -> CloseReason.CONNECT_TIMEOUT;
            case COMMAND_NOT_SUPPORTED, ADDRESS_TYPE_NOT_SUPPORTED -> CloseReason.OUTBOUND_UNSUPPORTED;
            // A success that comes here came in the wrong place.
            case GENERAL_FAILURE, SUCCEEDED -> CloseReason.PROXY_FAILED;
        };
    }
}
