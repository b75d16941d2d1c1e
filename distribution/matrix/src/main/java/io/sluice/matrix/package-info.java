/**
 * Sluice beside the servers and clients that people have: protocol × transport × security, ours as the client, ours as the server, and ours as both.
 *
 * <p>One cell is a path {@code driver → SOCKS5 of a client → protocol → server → far end} through three network namespaces, made and removed by the run. The driver
 * and the far end are in this process and check every octet; client and server are programs: the assembled appliance and its peers.
 */
package io.sluice.matrix;
