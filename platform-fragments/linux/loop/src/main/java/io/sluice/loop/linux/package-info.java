/**
 * Datagrams by {@code sendmmsg} and {@code recvmmsg} with UDP_SEGMENT and UDP_GRO, on the descriptors of Netty's channels; the size of
 * pipes by {@code fcntl}.
 *
 * <p>Threads: a socket's loop; one set of vectors and receive buffers a loop serves all its sockets. Ownership: what is sent is kept until
 * the kernel has it; a receive buffer is lent out with a reference of its own and replaced if that is kept.
 */
package io.sluice.loop.linux;
