package io.sluice.egress.spi;

import io.sluice.api.net.IpPrefix;

/**
 * One way out of the host.
 *
 * @param destination where it leads, host bits zero
 * @param device by which interface; empty if it refuses (unreachable, prohibit, blackhole)
 * @param onLink the interface's own network, reached without a router
 * @param metric of two ways to the same prefix the smaller wins
 */
public record Way(IpPrefix destination, String device, boolean onLink, long metric) {

    public boolean refuses() {
        return device.isEmpty();
    }
}
