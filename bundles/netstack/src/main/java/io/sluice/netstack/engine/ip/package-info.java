/**
 * What of IP happens seldom: putting fragments together and cutting datagrams into them, refusing what no protocol serves.
 *
 * <p>Threads: the queue's event loop only. Ownership: packets are borrowed for the call; fragments are copied.
 */
package io.sluice.netstack.engine.ip;
