package io.sluice.outbound.vless.engine;

/** How datagrams are carried. */
public enum PacketEncoding {
    /** All of an association in one stream, with the peer in every frame. */
    XUDP,
    /** A stream for each peer. */
    NONE
}
