/**
 * Mux.cool frames, and the datagrams that XUDP puts into them: many peers in one stream. The format is that of XTLS/Xray-core {@code
 * common/mux} and {@code common/xudp}; there is no other specification.
 *
 * <p>Threads: none of its own. Ownership: buffers are borrowed unless said otherwise.
 */
package io.sluice.proxycodec.mux;
