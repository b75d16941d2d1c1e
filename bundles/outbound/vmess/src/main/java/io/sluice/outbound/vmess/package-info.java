/**
 * The outbound {@code vmess}: through a VMess server. Here the component; how flows go is in {@code engine}, the octets are in {@code
 * io.sluice.proxycodec.vmess}.
 *
 * <p>Threads: a flow's loop for everything about that flow. Ownership: what was opened belongs to the flow that asked; when the component goes, open
 * flows stay.
 */
package io.sluice.outbound.vmess;
