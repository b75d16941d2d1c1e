/**
 * TUN devices. Publishes two {@link io.sluice.api.tun.TunDriver}s: {@code tun.driver=system} for interfaces of the operating system,
 * {@code tun.driver=memory} for devices without an interface.
 *
 * <p>The system driver needs a {@link io.sluice.tun.spi.TunBackend}, which the platform's fragment brings. Without a fragment for this
 * platform the service is absent, which says: "no TUN backend for this platform". The memory driver is always there.
 *
 * <p>Threads: opening and closing block and belong to the control plane; a queue's packets move on the loop it was started on.
 */
package io.sluice.tun;
