/**
 * What the inbounds share whose clients begin with a key (Trojan, VLESS): who does not know a key is a stranger, and learns nothing. Streams
 * come out of the layers below by {@link io.sluice.api.transport.StreamAcceptor}; a conversation takes the greeting and the request, and what
 * follows is a stream or datagrams for the flow room.
 *
 * <p>A stranger is handed to a fallback, with everything he sent; without one he is listened to in silence until he goes or the time for a request
 * is over, whatever he sends and however much of it was right.
 *
 * <p>Threads: the connection's loop. Ownership: see the parent package.
 */
package io.sluice.proxyserver.keyed;
