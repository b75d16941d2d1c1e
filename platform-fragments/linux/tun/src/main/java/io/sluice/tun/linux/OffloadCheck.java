package io.sluice.tun.linux;

import io.sluice.api.tun.TunException;
import io.sluice.netlink.linux.Link;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a device's offloads tried and switches off what does not work, with a line in the log. Never a reason not to open the device: where the
 * trial cannot be made, the kernel's word is taken.
 */
final class OffloadCheck {

    private static final Logger LOG = LoggerFactory.getLogger(OffloadCheck.class);

    /** Makes what a trial is done on; closed afterwards. */
    interface Wires {
        /**
         * @param descriptors all of the device
         * @param index of its interface
         * @throws IOException with a sentence, if no trial can be made here
         */
        TrialWire wire(List<TunDescriptor> descriptors, int index) throws IOException;
    }

    private final Wires wires;

    OffloadCheck(Wires wires) {
        this.wires = wires;
    }

    /**
     * Tries a device that is up and has no reader yet.
     *
     * @param claimed the TUN_F_… flags that are set at it
     * @return those that are left, which are set then
     * @throws TunException if the device takes no features at all: it is gone
     */
    int features(List<TunDescriptor> descriptors, Link link, int claimed) throws TunException {
        if (claimed == 0) {
            return 0;
        }
        OffloadTrial.Outcome outcome;
        long begin = System.nanoTime();
        long end;
        try (TrialWire wire = wires.wire(descriptors, link.index())) {
            outcome = OffloadTrial.run(wire, claimed, System::nanoTime);
            end = System.nanoTime();
        } catch (IOException e) {
            LOG.info(
                    "the offload of {} is what the kernel says, not tried with packets: {}",
                    link.name(),
                    e.getMessage());
            return claimed;
        }
        int left = set(descriptors.getFirst(), outcome.features());
        if (!outcome.faults().isEmpty()) {
            LOG.warn("{} works without {}", link.name(), String.join("; ", outcome.faults()));
        }
        outcome.untried()
                .ifPresent(why -> LOG.info(
                        "the offload of {} is in part what the kernel says, not tried with packets: {}",
                        link.name(),
                        why));
        LOG.debug(
                "the offload of {} was tried with packets for {} µs",
                link.name(),
                TimeUnit.NANOSECONDS.toMicros(end - begin));
        return left;
    }

    /** A kernel that refuses this choice of features may have none of them. */
    private static int set(TunDescriptor descriptor, int features) throws TunException {
        try {
            descriptor.features(features);
            return features;
        } catch (TunException e) {
            LOG.warn("{} works without any offload: {}", descriptor.name(), e.getMessage());
            descriptor.features(0);
            return 0;
        }
    }
}
