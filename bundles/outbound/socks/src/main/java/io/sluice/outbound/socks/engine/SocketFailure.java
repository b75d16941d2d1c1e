package io.sluice.outbound.socks.engine;

import io.sluice.api.flow.CloseReason;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;

/** What an error of the kernel on our socket means to the flow. */
final class SocketFailure {

    /** How deep causes are looked through: Netty wraps once or twice. */
    private static final int DEPTH = 4;

    private SocketFailure() {}

    static CloseReason reason(Throwable failure) {
        if (isDescriptorsExhausted(failure)) {
            return CloseReason.LIMIT_REACHED;
        }
        String text = text(failure);
        // Netty's native transports have one exception type for several errors: the text of the kernel tells them
        // apart.
        if (text.contains("timed out")) {
            return CloseReason.CONNECT_TIMEOUT;
        }
        if (failure instanceof NoRouteToHostException || text.contains("unreachable") || text.contains("No route")) {
            return CloseReason.UNREACHABLE;
        }
        if (failure instanceof ConnectException || failure instanceof PortUnreachableException) {
            return CloseReason.CONNECT_REFUSED;
        }
        return CloseReason.PROXY_FAILED;
    }

    /** EMFILE or ENFILE. */
    static boolean isDescriptorsExhausted(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEPTH; depth++) {
            if (text(cause).contains("Too many open files")) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static String text(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }
}
