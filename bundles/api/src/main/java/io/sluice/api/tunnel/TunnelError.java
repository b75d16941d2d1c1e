package io.sluice.api.tunnel;

import java.time.Instant;

/**
 * What went wrong.
 *
 * @param message one sentence: what, where
 * @param remedy one sentence: what to do
 */
public record TunnelError(ErrorCause cause, String message, String remedy, Instant at) {

    /** What kind of thing went wrong. */
    public enum ErrorCause {
        /** There is no profile to start. */
        PROFILE_MISSING,
        /** The profile cannot be right. */
        PROFILE_INVALID,
        /** A room the tunnel needs is not active. */
        SERVICE_ABSENT,
        /** The machine has no TUN facility. */
        TUN_UNAVAILABLE,
        /** Not permitted. */
        NOT_PERMITTED,
        /** The interface name or address is in use. */
        TUN_IN_USE,
        /** The device vanished. */
        TUN_GONE,
        /** The stack could not be attached. */
        STACK_FAILED,
        /** The host refused a route or rule. */
        ROUTE_REFUSED,
        /** The kill switch had rules in force and is not active: without it nothing may be connected. */
        KILLSWITCH_ABSENT,
        /** The kill switch could not set its rules. */
        KILLSWITCH_REFUSED,
        /** The host's resolver could not be set. */
        DNS_REFUSED,
        /** Our own traffic would come back through the tunnel. */
        LOOP,
        /** A fault of our own. */
        INTERNAL
    }
}
