package io.sluice.proxycodec.vless;

/** What a request asks for. */
public enum VlessCommand {
    /** A stream to the destination. */
    TCP(1),
    /** Datagrams to and from one destination, each behind its length. */
    UDP(2),
    /** Mux.cool frames; there is no destination in the request. */
    MUX(3);

    private final int code;

    VlessCommand(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** Null if unknown. */
    static VlessCommand of(int code) {
        return switch (code) {
            case 1 -> TCP;
            case 2 -> UDP;
            case 3 -> MUX;
            default -> null;
        };
    }
}
