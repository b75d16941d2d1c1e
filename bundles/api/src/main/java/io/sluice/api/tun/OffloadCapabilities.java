package io.sluice.api.tun;

/**
 * What a device was probed to do, in both directions. Without {@code checksum} none of the others is set.
 *
 * @param checksum transport checksums may be left to the device
 * @param tcp4 TCP over IPv4 super-packets (TSO4)
 * @param tcp6 TCP over IPv6 super-packets (TSO6)
 * @param udp UDP super-packets over both families (USO)
 */
public record OffloadCapabilities(boolean checksum, boolean tcp4, boolean tcp6, boolean udp) {

    /** A device that moves ordinary packets with complete checksums only. */
    public static final OffloadCapabilities NONE = new OffloadCapabilities(false, false, false, false);

    public OffloadCapabilities {
        if (!checksum && (tcp4 || tcp6 || udp)) {
            throw new IllegalArgumentException("segmentation offload needs checksum offload");
        }
    }
}
