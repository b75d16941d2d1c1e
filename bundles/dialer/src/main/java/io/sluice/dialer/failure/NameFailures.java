package io.sluice.dialer.failure;

import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.sluice.api.net.SystemErrors;

/** Why a name has no address. */
public final class NameFailures {

    private NameFailures() {}

    /** Whether a name server has answered that there is no such name. */
    public static boolean isNoSuchName(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DnsErrorCauseException answer) {
                return answer.getCode().equals(DnsResponseCode.NXDOMAIN);
            }
        }
        return false;
    }

    /** The end of a sentence. */
    public static String why(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DnsNameResolverTimeoutException) {
                return "no name server answered";
            }
            if (cause instanceof DnsErrorCauseException answer) {
                return answer.getCode().equals(DnsResponseCode.NXDOMAIN)
                        ? "there is no such name"
                        : "the name server answered " + answer.getCode();
            }
        }
        String message = String.valueOf(failure.getMessage());
        return message.startsWith("Failed to resolve") ? "it has no address" : SystemErrors.sentence(failure);
    }
}
