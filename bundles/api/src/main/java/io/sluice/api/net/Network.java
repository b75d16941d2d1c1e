package io.sluice.api.net;

/** The transport of a flow. */
public enum Network {
    /** A byte stream (RFC 9293). */
    TCP,
    /** Datagrams of one source endpoint (RFC 768). */
    UDP,
    /** Echo requests and replies (RFC 792, RFC 4443). */
    ICMP
}
