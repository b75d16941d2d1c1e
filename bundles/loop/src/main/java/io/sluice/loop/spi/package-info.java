/**
 * What a platform's fragment brings to this room: moving datagrams many a system call, and enlarging pipes. Private to the host bundle and its fragments.
 *
 * <p>Threads: a socket's loop. Ownership: as {@link io.sluice.api.loop.DatagramIo} says; pipes stay this room's.
 */
package io.sluice.loop.spi;
