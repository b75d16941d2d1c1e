package io.sluice.systemstack.engine;

import io.sluice.wire.Checksum;

/**
 * Where the kernel's own TCP is met in one family: its listener, and the neighbour on the link in whose name the stack talks to it.
 *
 * @param ownHigh the device's own address, which the listener is bound to; IPv4 in the engine's mapped form
 * @param farHigh the neighbour: on the link, but nobody's, so the kernel sends to it through the device and takes it for no address of its own
 * @param port the listener's
 */
public record KernelSide(long ownHigh, long ownLow, long farHigh, long farLow, int port) {

    boolean isFrom(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        return sourceLow == ownLow && destinationLow == farLow && sourceHigh == ownHigh && destinationHigh == farHigh;
    }

    /** Partial sum of the two addresses, as in {@link io.sluice.wire.PseudoHeader}. */
    int addressSum(boolean v4) {
        return v4
                ? Checksum.fold(Checksum.of32((int) ownLow) + Checksum.of32((int) farLow))
                : Checksum.fold(Checksum.of64(ownHigh)
                        + Checksum.of64(ownLow)
                        + Checksum.of64(farHigh)
                        + Checksum.of64(farLow));
    }
}
