package io.sluice.proxycodec.socks;

/** RFC 1928 §4: CMD. */
public enum Socks5Command {
    CONNECT(1),
    BIND(2),
    UDP_ASSOCIATE(3);

    private final int code;

    Socks5Command(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /** The command with this code, or null if RFC 1928 assigns none. */
    public static Socks5Command of(int code) {
        return switch (code) {
            case 1 -> CONNECT;
            case 2 -> BIND;
            case 3 -> UDP_ASSOCIATE;
            default -> null;
        };
    }
}
