/**
 * TUN devices of the Linux kernel (Documentation/networking/tuntap.rst), with segmentation and checksum offload through the
 * virtio_net_hdr that IFF_VNET_HDR puts before each packet.
 *
 * <p>A queue is an {@code IoHandle} on Netty's epoll loop. Opening and setting up goes through JNA and netlink; a packet through Netty's
 * descriptor alone: one {@code read} into pooled memory, one {@code writev} from the pieces.
 *
 * <p>What the kernel says of a device's offloads is tried with packets when the device is opened, before anybody reads it, and what does not
 * work is switched off: {@link io.sluice.tun.linux.OffloadTrial}. Without CAP_NET_RAW, or with a device of another network namespace, the
 * kernel's word is taken. Either is a line in the log.
 *
 * <p>Ownership: the device owns its descriptors, also the duplicate of one that was handed over. Threads: open and close block; reading
 * and writing happen on the queue's loop.
 */
package io.sluice.tun.linux;
