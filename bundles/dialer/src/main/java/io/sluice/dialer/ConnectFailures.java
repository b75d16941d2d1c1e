package io.sluice.dialer;

import io.netty.channel.ConnectTimeoutException;
import io.sluice.api.egress.EgressException;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.SystemErrors;
import io.sluice.api.outbound.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.List;

/**
 * From what the kernel, Netty or the resolver said to a reason. Netty gives ENETUNREACH and EHOSTUNREACH a type of their own; the other
 * errors of connect(2) come as {@code java.net.ConnectException} with the system's text, where refusal is by far the commonest, so an
 * unknown text (another language) counts as one.
 */
public final class ConnectFailures {

    /** The most telling first: of several attempts' failures the client is told the first in this order. */
    private static final List<CloseReason> TELLING = List.of(
            CloseReason.CONNECT_REFUSED,
            CloseReason.CONNECT_TIMEOUT,
            CloseReason.LIMIT_REACHED,
            CloseReason.UNREACHABLE,
            CloseReason.EGRESS_UNAVAILABLE);

    private ConnectFailures() {}

    public static ConnectException of(Throwable cause, InetSocketAddress destination, String what) {
        CloseReason reason = reason(cause);
        return new ConnectException(
                reason, what + " " + text(destination) + ": " + SystemErrors.sentence(cause), cause);
    }

    public static CloseReason reason(Throwable cause) {
        for (Throwable c = cause; c != null; c = c.getCause()) {
            String message = String.valueOf(c.getMessage());
            if (message.contains("Too many open files") || message.contains("No buffer space")) {
                return CloseReason.LIMIT_REACHED;
            }
            if (c instanceof UnknownHostException) {
                return CloseReason.RESOLVE_FAILED;
            }
            if (c instanceof EgressException) {
                return CloseReason.EGRESS_UNAVAILABLE;
            }
            if (c instanceof ConnectTimeoutException || message.contains("timed out")) {
                return CloseReason.CONNECT_TIMEOUT;
            }
            if (c instanceof NoRouteToHostException
                    || message.contains("unreachable")
                    || message.contains("No route to host")
                    || message.contains("Permission denied")
                    || message.contains("Operation not permitted")
                    || message.contains("Cannot assign requested address")
                    || message.contains("Invalid argument")) {
                return CloseReason.UNREACHABLE;
            }
            if (c instanceof java.net.ConnectException || c instanceof java.net.PortUnreachableException) {
                return CloseReason.CONNECT_REFUSED;
            }
        }
        return cause instanceof java.io.IOException ? CloseReason.UNREACHABLE : CloseReason.INTERNAL_ERROR;
    }

    /** The one of two failures that tells the client more. */
    static ConnectException better(ConnectException a, ConnectException b) {
        if (a == null) {
            return b;
        }
        return rank(b.reason()) < rank(a.reason()) ? b : a;
    }

    public static String text(InetSocketAddress address) {
        return address.isUnresolved()
                ? address.getHostString() + ":" + address.getPort()
                : address.getAddress().getHostAddress() + " port " + address.getPort();
    }

    private static int rank(CloseReason reason) {
        int place = TELLING.indexOf(reason);
        return place < 0 ? TELLING.size() : place;
    }
}
