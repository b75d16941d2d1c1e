package io.sluice.api.tun;

import io.sluice.api.net.IpPrefix;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What device is wanted.
 *
 * @param name interface name, at most 15 octets (IFNAMSIZ − 1); empty lets the system choose
 * @param mtu octets of an IP packet, 1280 (RFC 8200 §5) … 65535
 * @param addresses addresses with their on-link prefix length; may be empty when a descriptor was handed over
 * @param queues 1…64; a driver that cannot do as many gives fewer
 * @param descriptor a descriptor that the host process handed over (the driver duplicates it and closes only its own), or empty
 * @param persistent the interface outlives the device, so that another driver can take it over
 * @param offload false keeps segmentation and checksum offload off even where the device could do it
 */
public record TunConfig(
        String name,
        int mtu,
        List<IpPrefix> addresses,
        int queues,
        OptionalInt descriptor,
        boolean persistent,
        boolean offload) {

    /** RFC 8200 §5: every IPv6 link carries 1280 octets. */
    public static final int MIN_MTU = 1280;

    /** An IP packet's length field has 16 bits (RFC 791 §3.1). */
    public static final int MAX_MTU = 65_535;

    /** IFNAMSIZ − 1 (linux/if.h). */
    public static final int MAX_NAME = 15;

    public TunConfig {
        Objects.requireNonNull(name, "name");
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(descriptor, "descriptor");
        if (name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "interface name '" + name + "' is longer than " + MAX_NAME + " characters");
        }
        if (mtu < MIN_MTU || mtu > MAX_MTU) {
            throw new IllegalArgumentException("mtu " + mtu + " is not in " + MIN_MTU + "…" + MAX_MTU);
        }
        if (queues < 1 || queues > 64) {
            throw new IllegalArgumentException("queues " + queues + " is not in 1…64");
        }
    }
}
