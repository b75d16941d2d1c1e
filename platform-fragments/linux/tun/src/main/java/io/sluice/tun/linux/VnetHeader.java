package io.sluice.tun.linux;

import static io.sluice.tun.linux.TunConstants.VIRTIO_NET_HDR_F_NEEDS_CSUM;
import static io.sluice.tun.linux.TunConstants.VIRTIO_NET_HDR_GSO_ECN;
import static io.sluice.tun.linux.TunConstants.VIRTIO_NET_HDR_GSO_NONE;
import static io.sluice.tun.linux.TunConstants.VIRTIO_NET_HDR_GSO_TCPV4;
import static io.sluice.tun.linux.TunConstants.VIRTIO_NET_HDR_GSO_TCPV6;
import static io.sluice.tun.linux.TunConstants.VIRTIO_NET_HDR_GSO_UDP_L4;

import io.netty.buffer.ByteBuf;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;

/**
 * struct virtio_net_hdr, little endian on the machines we run on (virtio 1.2 §5.1.6; TUNSETVNETLE is the default there):
 *
 * <pre>
 *  0        1         2        4         6           8            10
 *  | flags  | gso_type | hdr_len | gso_size | csum_start | csum_offset |
 * </pre>
 */
final class VnetHeader {

    /** sizeof(struct virtio_net_hdr). */
    static final int SIZE = 10;

    /** Larger ones (virtio_net_hdr_mrg_rxbuf has 12) are those of handed-over devices; the octets behind the tenth are ignored. */
    static final int MAX_SIZE = 64;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HDR_LEN = 2;
    private static final int GSO_SIZE = 4;
    private static final int CSUM_START = 6;
    private static final int CSUM_OFFSET = 8;

    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    /** Checksum fields: RFC 9293 §3.1, RFC 768, RFC 4443 §2.1. */
    static final int TCP_CHECKSUM = 16;

    static final int UDP_CHECKSUM = 6;
    private static final int ICMPV6_CHECKSUM = 2;
    private static final int UDP_HEADER = 8;

    /** RFC 3168 §6.1.2: CWR is bit 0x80 of octet 13 of the TCP header. */
    private static final int TCP_FLAGS = 13;

    private static final int CWR = 0x80;

    private VnetHeader() {}

    /**
     * Reads the header at {@code at} that stands before a packet.
     *
     * @param packet index of the packet in the same buffer
     * @param length octets of the packet
     * @return false if header and packet do not fit together: drop it
     */
    static boolean read(ByteBuf in, int at, int packet, int length, PacketOffload offload) {
        boolean partial = (in.getByte(at + FLAGS) & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0;
        if (partial && in.getUnsignedShortLE(at + CSUM_START) + in.getUnsignedShortLE(at + CSUM_OFFSET) + 2 > length) {
            return false;
        }
        int type = in.getUnsignedByte(at + GSO_TYPE);
        if (type == VIRTIO_NET_HDR_GSO_NONE) {
            offload.set(Segmentation.NONE, 0, partial, 0);
            return true;
        }
        int size = in.getUnsignedShortLE(at + GSO_SIZE);
        if (!partial || size == 0) {
            return false;
        }
        int version = in.getByte(packet) >> 4;
        switch (type & ~VIRTIO_NET_HDR_GSO_ECN) {
            case VIRTIO_NET_HDR_GSO_TCPV4 -> {
                offload.set(Segmentation.TCP, size, true, 0);
                return version == 4;
            }
            case VIRTIO_NET_HDR_GSO_TCPV6 -> {
                offload.set(Segmentation.TCP, size, true, 0);
                return version == 6;
            }
            case VIRTIO_NET_HDR_GSO_UDP_L4 -> {
                offload.set(Segmentation.UDP, size, true, 0);
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    /** Whether the header at {@code at} asks for the sum from {@code start} on, to be put at {@code field}; both count from the packet's begin. */
    static boolean sums(ByteBuf in, int at, int start, int field) {
        return in.getUnsignedShortLE(at + CSUM_START) == start
                && in.getUnsignedShortLE(at + CSUM_OFFSET) == field - start;
    }

    /**
     * Fills the header for a packet to be written.
     *
     * @param headers the packet's IP and transport headers from its reader index
     * @return false if the packet cannot be described: an unknown transport or too short headers
     */
    static boolean write(ByteBuf out, ByteBuf headers, PacketOffload offload) {
        if (!offload.partialChecksum) {
            out.setLong(0, 0);
            out.setShort(CSUM_OFFSET, 0);
            return offload.segmentation == Segmentation.NONE;
        }
        int start = headers.readerIndex();
        int length = headers.readableBytes();
        int transport = offload.transportOffset;
        if (length < 20 || transport < 20) {
            return false;
        }
        boolean ipv4 = headers.getByte(start) >> 4 == 4;
        int protocol = protocol(headers, start, ipv4, offload);
        int checksum = checksumOffset(protocol);
        if (checksum < 0 || transport + checksum + 2 > length) {
            return false;
        }
        int type = VIRTIO_NET_HDR_GSO_NONE;
        int headerLength = length;
        switch (offload.segmentation) {
            case NONE -> {}
            case TCP -> {
                type = ipv4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
                if ((headers.getByte(start + transport + TCP_FLAGS) & CWR) != 0) {
                    type |= VIRTIO_NET_HDR_GSO_ECN;
                }
                headerLength = transport + ((headers.getByte(start + transport + 12) & 0xf0) >> 2);
            }
            case UDP -> {
                type = VIRTIO_NET_HDR_GSO_UDP_L4;
                headerLength = transport + UDP_HEADER;
            }
        }
        out.setByte(FLAGS, VIRTIO_NET_HDR_F_NEEDS_CSUM);
        out.setByte(GSO_TYPE, type);
        out.setShortLE(HDR_LEN, headerLength);
        out.setShortLE(GSO_SIZE, offload.segmentSize);
        out.setShortLE(CSUM_START, transport);
        out.setShortLE(CSUM_OFFSET, checksum);
        return true;
    }

    private static int protocol(ByteBuf headers, int start, boolean ipv4, PacketOffload offload) {
        return switch (offload.segmentation) {
            case TCP -> TCP;
            case UDP -> UDP;
            // RFC 791 §3.1: octet 9; RFC 8200 §3: octet 6, which names the transport unless extension headers stand
            // between.
            case NONE -> headers.getUnsignedByte(start + (ipv4 ? 9 : 6));
        };
    }

    private static int checksumOffset(int protocol) {
        return switch (protocol) {
            case TCP -> TCP_CHECKSUM;
            case UDP -> UDP_CHECKSUM;
            case ICMPV6 -> ICMPV6_CHECKSUM;
            default -> -1;
        };
    }
}
