/**
 * Socket marks (SO_MARK), device binding (SO_BINDTODEVICE) and the host's routes by rtnetlink.
 *
 * <p>Threads: options are set on the channel's loop; the watch has a thread of its own, which reads notifications and calls back.
 */
package io.sluice.egress.linux;
