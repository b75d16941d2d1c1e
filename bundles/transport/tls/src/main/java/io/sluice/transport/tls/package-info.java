/**
 * The layer {@code tls}: TLS 1.2 and 1.3 in Netty's handler, Xray's checks of certificates, and half-close by {@code close_notify}. A dialer's engines are
 * BoringSSL's (netty-tcnative) where the platform brings its library and it can do what is configured, else Java's (JSSE); an acceptor's are Java's.
 * {@link io.sluice.transport.tls.Engines} decides. The system property {@code io.netty.handler.ssl.noOpenSsl=true} leaves all to Java.
 *
 * <p>Threads: a stream's loop; certificates are read and checked there, which is processor time and no waiting. The native library is loaded by the
 * first dialer that is made, never on a loop. Ownership: as in {@link io.sluice.api.transport}; native memory of a stream goes with its handler, of a dialer with
 * {@code close()} and its last stream.
 */
package io.sluice.transport.tls;
