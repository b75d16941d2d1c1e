package io.sluice.outbound.socks.engine;

/** How far an attempt has come; named in its error. */
enum Phase {
    REACH("connecting to the proxy"),
    METHOD("waiting for the proxy's choice of method"),
    AUTHENTICATE("waiting for the proxy to check the credentials"),
    REPLY("waiting for the proxy's reply"),
    RELAY("opening the datagram socket");

    private final String doing;

    Phase(String doing) {
        this.doing = doing;
    }

    /** As in "time-out while …". */
    String doing() {
        return doing;
    }
}
