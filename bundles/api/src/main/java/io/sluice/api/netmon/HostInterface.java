package io.sluice.api.netmon;

import io.sluice.api.net.IpPrefix;
import java.util.List;
import java.util.Objects;

/**
 * An interface of the host.
 *
 * @param name its name
 * @param index its number; a new interface of an old name has another one
 * @param up it is switched on and has a carrier
 * @param mtu in octets, 0 if unknown
 * @param ours a TUN interface of this appliance
 * @param addresses its addresses with their on-link length, sorted, without those that are still being checked for duplicates
 */
public record HostInterface(String name, int index, boolean up, int mtu, boolean ours, List<IpPrefix> addresses) {

    public HostInterface {
        Objects.requireNonNull(name, "name");
        addresses = List.copyOf(addresses);
    }

    @Override
    public String toString() {
        return name + (up ? " up " : " down ") + addresses;
    }
}
