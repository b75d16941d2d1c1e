/**
 * VLESS, version 0: the request and response in front of a stream, and datagrams for one destination in a stream. Supported: TCP, UDP and the
 * mux command. Not supported: the reverse command (4), flows (their name is carried; see {@link io.sluice.proxycodec.vless.Addons}),
 * encryption of its own.
 *
 * <p>The format is that of XTLS/Xray-core {@code proxy/vless/encoding}; there is no other specification.
 *
 * <p>Threads: none of its own. Ownership: buffers are borrowed unless said otherwise.
 */
package io.sluice.proxycodec.vless;
