package io.sluice.tun.linux;

import java.io.IOException;
import java.util.Optional;

/** A device that is tried: its descriptors on one side, the interface on the other. One thread. */
interface TrialWire extends AutoCloseable {

    /** TUNSETOFFLOAD with these TUN_F_… flags. */
    void features(int features) throws IOException;

    /**
     * Gives the kernel a packet by the device's descriptor, as the stack does.
     *
     * @return empty if the kernel took it, else its refusal
     */
    Optional<String> write(TrialFrame frame) throws IOException;

    /** Has the kernel send a packet by the interface. */
    void transmit(TrialFrame frame) throws IOException;

    /** The next packet that the interface received, as it stands before all filters; empty if none comes in that time. */
    Optional<TrialFrame> received(long nanos) throws IOException;

    /** The next packet that comes out of the device's descriptors; empty if none comes in that time. */
    Optional<TrialFrame> sent(long nanos) throws IOException;

    /** Leaves the device as it is. */
    @Override
    void close();
}
