package io.sluice.proxyserver;

/** The configuration keys that the proxy inbounds have in common. */
public @interface InboundConfig {

    /** The tag that rules name. */
    String inbound_tag();

    /** IP address to listen on. Loopback by default: who opens it to others must say so. */
    String listen() default "127.0.0.1";

    /** Port; 0 takes any. */
    int port();

    /** {@code noauth} or {@code password}. */
    String auth() default "noauth";

    /** Whether everybody who reaches the listener may use it, though it asks for no password. */
    boolean open() default false;

    /** {@code user:password} each; private, as its leading dot says. */
    String[] _accounts() default {};

    /** Whether SOCKS5 clients may ask for UDP ASSOCIATE. */
    boolean udp() default false;

    /** Address that UDP ASSOCIATE replies tell; empty takes the one that the client connected to. */
    String ip() default "";
}
