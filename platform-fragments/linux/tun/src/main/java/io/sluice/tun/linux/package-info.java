/**
 * TUN devices of the Linux kernel (Documentation/networking/tuntap.rst), with segmentation and checksum offload through the
 * virtio_net_hdr that IFF_VNET_HDR puts before each packet.
 *
 * <p>A queue is an {@code IoHandle} on Netty's epoll loop. Opening and setting up goes through JNA and netlink; a packet through Netty's
 * descriptor alone: one {@code read} into pooled memory, one {@code writev} from the pieces.
 *
 * <p>Ownership: the device owns its descriptors, also the duplicate of one that was handed over. Threads: open and close block; reading
 * and writing happen on the queue's loop.
 */
package io.sluice.tun.linux;
