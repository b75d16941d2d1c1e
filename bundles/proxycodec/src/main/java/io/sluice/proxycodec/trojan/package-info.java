/**
 * Trojan (trojan-gfw.github.io/trojan/protocol): the request in front of a stream, and datagrams in a stream. There is no answer to a
 * request: what comes back is payload.
 *
 * <p>Threads: none of its own. Ownership: buffers are borrowed unless said otherwise.
 */
package io.sluice.proxycodec.trojan;
