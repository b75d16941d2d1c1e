/**
 * SOCKS version 5 (RFC 1928) and its user name and password method (RFC 1929): messages and their octets, both ends. No
 * conversation, no sockets, no time: who speaks when is the business of the rooms.
 *
 * <p>Why not Netty's codec-socks: it takes three decoders and an encoder in the pipeline for one connection, accepts names that are empty or hold
 * control characters, ignores the reserved octet, and has nothing for the UDP header. Outbounds are what Sluice exists for, so
 * these octets are our own: each message is read in place, once, as soon as it is complete, and nothing is kept of one that is not.
 *
 * <p>Reading: a {@code read…} method gives a message and moves the reader index behind it, or gives "not yet" ({@code null} or -1) and moves
 * nothing, or throws {@link io.sluice.proxycodec.socks.MalformedSocksException} as early as the octets prove that no continuation can be right. No
 * method reads beyond its message, none allocates more than the message has octets.
 *
 * <p>Threads: no state but in the two datagram classes, which belong to one loop. Ownership: stated at each method; by default borrowed.
 */
package io.sluice.proxycodec.socks;
