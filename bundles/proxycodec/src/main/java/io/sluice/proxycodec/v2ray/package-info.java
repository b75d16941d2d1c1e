/**
 * What VMess, VLESS and Mux.cool have in common: how they write an endpoint, and how they name a user. The formats are those of v2ray and
 * Xray, which have no other specification than their code.
 *
 * <p>Threads: none of its own. Ownership: buffers are borrowed.
 */
package io.sluice.proxycodec.v2ray;
