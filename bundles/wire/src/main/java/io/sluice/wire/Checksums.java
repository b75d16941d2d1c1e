package io.sluice.wire;

/** Whether a transport checksum on input is to be compared with the octets it covers. */
public enum Checksums {
    /** The packet may have met anything on its way: compute and compare. */
    VERIFY,
    /**
     * The device vouches for the octets: either the field holds no more than the pseudo-header's sum (virtio {@code NEEDS_CSUM}), or the
     * checksum was already verified ({@code DATA_VALID}). The field is not looked at.
     */
    OFFLOADED
}
