/**
 * Streams and associations through one Shadowsocks server.
 *
 * <p>A stream is there when the connection to the server is: the protocol has no answer to wait for, and the request travels with the first payload. So what
 * the far host says of the connection comes later: a refusal as an abort, a server that does not know the key as silence.
 *
 * <p>Threads: the request's loop. Ownership: an attempt that fails or is cancelled closes what it opened.
 */
package io.sluice.outbound.shadowsocks.engine;
