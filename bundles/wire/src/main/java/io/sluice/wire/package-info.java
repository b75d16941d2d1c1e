/**
 * Octets and fields: what a packet's headers say, and nothing about what to do with it.
 *
 * <p><b>Two views of a header.</b> A <i>view</i> ({@link io.sluice.wire.Ipv4Header}, {@link io.sluice.wire.TcpHeader}, …)
 * is a set of static methods over {@code (ByteBuffer, index of the header's first octet)}: no object a packet, absolute gets
 * and puts only, so position, limit and mark of the buffer never move. A <i>repr</i> ({@link io.sluice.wire.TcpRepr}, …) is an
 * immutable value for tests, logs and rare paths.
 *
 * <p><b>The only way in</b> is a {@code check…} method. It allocates nothing, never throws for any content, and answers with a
 * {@link io.sluice.wire.Verdict}. After {@code OK} no accessor of that header can throw, until somebody writes to the buffer. Before
 * it, an accessor may throw {@link java.lang.IndexOutOfBoundsException} or return nonsense. In the outgoing direction no check is
 * needed: {@code write} fills the fixed part of the header, and the caller has sized the buffer.
 *
 * <p><b>Byte order.</b> Buffers are in {@link java.nio.ByteOrder#BIG_ENDIAN}, which is network order and the order of every
 * new, sliced or duplicated {@code ByteBuffer}. No method looks at it or sets it.
 *
 * <p><b>Super-packets.</b> With segmentation offload a packet may be far larger than the MTU: everything here works on lengths up to
 * the 65 535 octets that the IP length fields can express, and {@link io.sluice.wire.Checksums#OFFLOADED} says that a transport checksum
 * is not there to be verified.
 *
 * <p><b>Threads and ownership.</b> No state, hence any thread; the mutable holders ({@link io.sluice.wire.TcpOptions},
 * {@link io.sluice.wire.Ipv6Chain}) belong to one thread each. No method keeps a buffer, and none frees one.
 *
 * <p><b>Packaging.</b> This jar imports the JDK only. It is a plain library, not a bundle that others are wired to: a room that needs
 * it copies the package into itself with {@code -privatepackage: io.sluice.wire.*} in its {@code bnd.bnd}. Every such room has its own
 * copy of the classes, therefore no type of this package may appear in a contract.
 */
package io.sluice.wire;
