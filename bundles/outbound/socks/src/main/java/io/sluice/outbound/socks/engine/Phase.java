package io.sluice.outbound.socks.engine;

import io.sluice.api.outbound.ConnectException.Blame;

/** How far an attempt has come; named in its error. */
enum Phase {
    REACH("connecting to the proxy", Blame.WAY),
    METHOD("waiting for the proxy's choice of method", Blame.WAY),
    AUTHENTICATE("waiting for the proxy to check the credentials", Blame.WAY),
    /** The proxy has spoken: if it goes silent or away now, it is because of the destination, most probably. */
    REPLY("waiting for the proxy's reply", Blame.DESTINATION),
    /** The proxy has granted it: that its relay cannot be reached does not mean that it cannot. */
    RELAY("opening the datagram socket", Blame.DESTINATION);

    private final String doing;
    private final Blame blame;

    Phase(String doing, Blame blame) {
        this.doing = doing;
        this.blame = blame;
    }

    /** As in "time-out while …". */
    String doing() {
        return doing;
    }

    /** Who is to blame for whatever fails now. */
    Blame blame() {
        return blame;
    }
}
