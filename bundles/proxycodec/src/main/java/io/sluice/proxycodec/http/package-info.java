/**
 * The head of one HTTP/1.1 message, where nothing more of HTTP is spoken: CONNECT, and the requests by which a connection is upgraded.
 *
 * <p>Threads: the channel's loop. A head is bounded; what is not the head stays where it was.
 */
package io.sluice.proxycodec.http;
