package io.sluice.tun.linux;

import static io.sluice.tun.linux.TunConstants.TUN_F_CSUM;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO4;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO6;
import static io.sluice.tun.linux.TunConstants.TUN_F_USO4;
import static io.sluice.tun.linux.TunConstants.TUN_F_USO6;

import io.sluice.api.tun.Segmentation;

/** What can be tried of a device, one after the other. */
enum TrialKind {
    /** Everything else needs it. */
    CHECKSUM("checksums", TUN_F_CSUM, -1, false, Segmentation.TCP, false),
    TSO4("TSO4", TUN_F_TSO4, TUN_F_TSO4, false, Segmentation.TCP, true),
    TSO6("TSO6", TUN_F_TSO6, TUN_F_TSO6, true, Segmentation.TCP, true),
    /** The kernel has both families or none (drivers/net/tun.c, set_offload). */
    USO4("USO4", TUN_F_USO4, TUN_F_USO4 | TUN_F_USO6, false, Segmentation.UDP, true),
    USO6("USO6", TUN_F_USO6, TUN_F_USO4 | TUN_F_USO6, true, Segmentation.UDP, true);

    final String title;
    /** The flag by which the kernel says that it can do it. */
    final int flag;
    /** The flags that go if it does not work. */
    final int lost;

    final boolean ipv6;
    final Segmentation transport;
    /** Whether packets are super-packets. */
    final boolean superPacket;

    TrialKind(String title, int flag, int lost, boolean ipv6, Segmentation transport, boolean superPacket) {
        this.title = title;
        this.flag = flag;
        this.lost = lost;
        this.ipv6 = ipv6;
        this.transport = transport;
        this.superPacket = superPacket;
    }
}
