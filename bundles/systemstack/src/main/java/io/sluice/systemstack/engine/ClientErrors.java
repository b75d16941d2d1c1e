package io.sluice.systemstack.engine;

import io.sluice.netstack.engine.Counter;

/** What ICMP errors from the client's side mean for a session. The kernel is told of none: it knows one client only, and would let all pay. */
final class ClientErrors {

    private ClientErrors() {}

    /**
     * One error. RFC 5927 §4.1: it must be about something that is, or may be, under way.
     *
     * @param mtu 0 for any other error than "too big"
     * @return whether it was believed
     */
    static boolean received(TcpNat nat, NatSession session, boolean hard, int mtu, int sequence) {
        boolean underWay = session.state.compareTo(SessionState.ACCEPTED) >= 0
                && sequence - session.kernelSequence >= 0
                && sequence - session.kernelNext < 0;
        if (!underWay) {
            return false;
        }
        if (mtu != 0) {
            return tooBig(nat, session, mtu);
        }
        if (hard && session.state == SessionState.ACCEPTED) {
            session.connection().reset(); // RFC 1122 §4.2.3.9: before it is established only
            return true;
        }
        return false;
    }

    private static boolean tooBig(TcpNat nat, NatSession session, int mtu) {
        int believed = Math.max(mtu, session.isV4() ? nat.minPathMtuV4() : NatLimits.MIN_PATH_MTU_V6);
        if (believed >= (session.pathMtu == 0 ? nat.mtu() : session.pathMtu)) {
            return false;
        }
        session.pathMtu = believed;
        nat.count(Counter.TCP_PATH_MTU_REDUCED);
        return true;
    }
}
