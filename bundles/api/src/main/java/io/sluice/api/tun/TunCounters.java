package io.sluice.api.tun;

/**
 * What a device has moved and refused since it was opened. Packets as seen by this side: a super-packet counts once.
 *
 * @param rxPackets packets read from the device
 * @param rxBytes octets of IP packets read
 * @param txPackets packets written
 * @param txBytes octets of IP packets written
 * @param rxErrors reads that failed or brought a header that makes no sense
 * @param txFull packets not taken because the device's queue was full
 * @param txErrors packets the device refused
 */
public record TunCounters(
        long rxPackets, long rxBytes, long txPackets, long txBytes, long rxErrors, long txFull, long txErrors) {}
