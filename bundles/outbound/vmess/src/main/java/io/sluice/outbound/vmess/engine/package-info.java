/**
 * How flows go through a VMess server: a connection for each stream, one with XUDP for all datagrams of a source, or one for each peer where the server
 * does not know XUDP.
 *
 * <p>Threads: everything of one flow happens on its loop. Ownership: what was opened is the flow's.
 */
package io.sluice.outbound.vmess.engine;
