package io.sluice.api.tun;

/**
 * What travels beside a packet across the device boundary. One mutable instance a queue and direction is reused for every packet, so it
 * is read during the call and never kept.
 *
 * <p>Reading: {@link #partialChecksum} says that the transport checksum was not computed because the packet never crossed a wire, so it must be taken as valid. Writing: it asks the device to complete the transport
 * checksum; the field must then hold the folded, not complemented sum of the pseudo-header. A packet with segmentation always has it.
 */
public final class PacketOffload {

    /** How the packet is segmented. */
    public Segmentation segmentation = Segmentation.NONE;

    /** Octets of transport payload a segment; 0 unless {@link #segmentation} is set. */
    public int segmentSize;

    /** The transport checksum is left to the device. */
    public boolean partialChecksum;

    /** Octets from the start of the IP header to the start of the transport header; set by the writer, 0 when reading. */
    public int transportOffset;

    /** Resets to: an ordinary packet with complete checksums. */
    public PacketOffload none() {
        segmentation = Segmentation.NONE;
        segmentSize = 0;
        partialChecksum = false;
        transportOffset = 0;
        return this;
    }

    /** Sets all at once. */
    public PacketOffload set(Segmentation kind, int size, boolean partial, int transport) {
        segmentation = kind;
        segmentSize = size;
        partialChecksum = partial;
        transportOffset = transport;
        return this;
    }
}
