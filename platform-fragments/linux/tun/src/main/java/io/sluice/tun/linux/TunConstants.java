package io.sluice.tun.linux;

/** Numbers of linux/if_tun.h, linux/virtio_net.h, linux/if_packet.h and fcntl.h under their own names; the same on x86_64 and aarch64. */
final class TunConstants {

    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 2048;
    static final int O_CLOEXEC = 524_288;
    static final int F_GETFL = 3;
    static final int F_SETFL = 4;
    static final int F_DUPFD_CLOEXEC = 1030;

    static final int IFF_TUN = 1;
    static final int IFF_TAP = 2;
    static final int IFF_MULTI_QUEUE = 256;
    static final int IFF_PERSIST = 2048;
    static final int IFF_NO_PI = 4096;
    static final int IFF_VNET_HDR = 16_384;

    static final int TUNSETIFF = 1_074_025_674;
    static final int TUNSETPERSIST = 1_074_025_675;
    static final int TUNSETOFFLOAD = 1_074_025_680;
    static final long TUNGETIFF = 2_147_767_506L;
    static final int TUNSETVNETHDRSZ = 1_074_025_688;
    static final long TUNGETVNETHDRSZ = 2_147_767_511L;

    static final int TUN_F_CSUM = 1;
    static final int TUN_F_TSO4 = 2;
    static final int TUN_F_TSO6 = 4;
    static final int TUN_F_TSO_ECN = 8;
    /** Linux 6.2. */
    static final int TUN_F_USO4 = 32;
    /** Linux 6.2. */
    static final int TUN_F_USO6 = 64;

    static final int VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
    static final int VIRTIO_NET_HDR_GSO_NONE = 0;
    static final int VIRTIO_NET_HDR_GSO_TCPV4 = 1;
    static final int VIRTIO_NET_HDR_GSO_TCPV6 = 4;
    /** Linux 6.2. */
    static final int VIRTIO_NET_HDR_GSO_UDP_L4 = 5;

    static final int VIRTIO_NET_HDR_GSO_ECN = 128;

    /** asm-generic/socket.h. */
    static final int SOL_SOCKET = 1;

    static final int SO_BINDTODEVICE = 25;
    static final int SO_MARK = 36;
    /** linux/if.h. */
    static final int IFNAMSIZ = 16;

    static final int AF_PACKET = 17;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = 524_288;
    static final int SOCK_NONBLOCK = 2048;
    static final int SOL_PACKET = 263;
    static final int PACKET_VNET_HDR = 15;
    /** Linux 4.20. */
    static final int PACKET_IGNORE_OUTGOING = 23;
    /** linux/if_ether.h. */
    static final int ETH_P_ALL = 3;

    static final int ETH_P_IP = 0x0800;
    static final int ETH_P_IPV6 = 0x86dd;
    static final int POLLIN = 1;

    private TunConstants() {}
}
