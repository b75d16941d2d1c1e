/**
 * The layer {@code tls}: Java's own TLS (JSSE) in Netty's handler, Xray's checks of certificates, and half-close by {@code close_notify}.
 *
 * <p>Threads: a stream's loop; certificates are read and checked there, which is processor time and no waiting. Ownership: as in
 * {@link io.sluice.api.transport}.
 */
package io.sluice.transport.tls;
