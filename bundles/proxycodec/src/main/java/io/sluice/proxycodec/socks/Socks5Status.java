package io.sluice.proxycodec.socks;

/** RFC 1928 §6: REP. */
public enum Socks5Status {
    SUCCEEDED("succeeded"),
    GENERAL_FAILURE("general SOCKS server failure"),
    NOT_ALLOWED("connection not allowed by ruleset"),
    NETWORK_UNREACHABLE("network unreachable"),
    HOST_UNREACHABLE("host unreachable"),
    CONNECTION_REFUSED("connection refused"),
    TTL_EXPIRED("TTL expired"),
    COMMAND_NOT_SUPPORTED("command not supported"),
    ADDRESS_TYPE_NOT_SUPPORTED("address type not supported");

    private static final Socks5Status[] BY_CODE = values();

    private final String sentence;

    Socks5Status(String sentence) {
        this.sentence = sentence;
    }

    /** The octet: the order above is the RFC's. */
    public int code() {
        return ordinal();
    }

    /** In the RFC's words. */
    public String sentence() {
        return sentence;
    }

    /** The status with this code; unassigned codes (RFC 1928 §6: X'09' to X'FF') mean failure and no more. */
    public static Socks5Status of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : GENERAL_FAILURE;
    }
}
