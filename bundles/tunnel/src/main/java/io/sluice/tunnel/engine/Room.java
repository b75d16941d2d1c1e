package io.sluice.tunnel.engine;

/** What the tunnel stands on. */
public enum Room {
    TUN("tun", "there is no TUN driver for this platform"),
    STACK("netstack", "there is no IP stack of the kind the profile asks for"),
    FLOW("flow", "nothing takes the flows"),
    ROUTE("route", "there is no route manager for this platform"),
    EGRESS("egress", "nothing keeps the appliance's own traffic out of the tunnel"),
    REDIRECT("redirect", "nothing redirects TCP on this platform"),
    DNS("dns", "nothing sets the host's resolver on this platform"),
    KILLSWITCH("killswitch", "the kill switch is not active");

    private final String label;
    private final String sentence;

    Room(String label, String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    /** The room's name as people know it. */
    public String label() {
        return label;
    }

    /** What its absence means, without a full stop. */
    public String sentence() {
        return sentence;
    }
}
