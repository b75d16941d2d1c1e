package io.sluice.proxycodec.socks;

/** Numbers of RFC 1928 and RFC 1929 that both ends use. */
public final class Socks5 {

    /** RFC 1928 §3: VER. */
    public static final int VERSION = 5;

    /** RFC 1929 §2: VER of the sub-negotiation. */
    public static final int AUTH_VERSION = 1;

    /** RFC 1928 §3: no authentication required. */
    public static final int NO_AUTH = 0;

    /** RFC 1928 §3: user name and password (RFC 1929). */
    public static final int USER_PASSWORD = 2;

    /** RFC 1928 §3: no acceptable methods. */
    public static final int NONE_ACCEPTABLE = 0xFF;

    /** RFC 1929 §2: STATUS of success; any other value is failure. */
    public static final int AUTH_SUCCESS = 0;

    /** RFC 1929 §2: ULEN and PLEN are one octet. */
    public static final int MAX_CREDENTIAL_LENGTH = 255;

    /** RFC 1928 §5: the length of a name is one octet. */
    public static final int MAX_NAME_LENGTH = 255;

    private Socks5() {}
}
