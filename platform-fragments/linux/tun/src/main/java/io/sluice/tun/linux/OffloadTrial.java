package io.sluice.tun.linux;

import static io.sluice.tun.linux.TunConstants.TUN_F_TSO4;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO6;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO_ECN;

import io.sluice.api.tun.PacketOffload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Tries with packets what a kernel says of a device's offloads. Theory of operation:
 *
 * <pre>
 * in    a packet is written to the descriptor; the interface must receive it whole, described as it was
 * out   a packet is sent by the interface; the descriptor must bring it whole, described as it was, or the right pieces: a queue discipline (cake) or an
 *       administrator's choice (ethtool -K) may have it cut before the device, which is slower and not wrong
 * cut   the same with offloads off; the descriptor must bring the right pieces: that code also serves what we write, where it goes on to
 *       a socket or an interface that takes no super-packets
 * </pre>
 *
 * Behind every packet goes a small one without offload, the control, by the same way. What comes before the control is the answer, so nothing
 * has to be waited for that does not come; where the control does not come either, something else is in the way (a filter at the interface, a
 * busy machine), and what has not been tried yet is left as the kernel says it is.
 *
 * <p>Packets of other people that come out of the descriptors meanwhile are sent again by the interface at the end, so none is lost.
 *
 * <p>Neither addresses nor routes are needed, and of the host's packet filters only those at the interface's exit have a say: see {@link TrialPacket}, and
 * {@link PacketSocket}, which stands nearer to the device than the others do and is let pass by our own kill switch.
 */
final class OffloadTrial {

    /**
     * The longest it waits for packets, altogether. On a machine of 2 processors that others kept busy, all of it took 5 to 10 ms in a warm
     * and 30 to 60 in a cold process (and 10 more to close the socket), so this is three times what is needed; and it is below the network
     * monitor's quiet period (250 ms), so that a trial without luck is over before the notice of the new interface is acted on.
     */
    static final long LIMIT_NANOS = 200_000_000L;

    /** What is kept of others' packets; a device that brings more meanwhile is too busy for a trial. */
    private static final int MAX_KEPT_OCTETS = 4 << 20;

    /**
     * What was found.
     *
     * @param features the TUN_F_… flags that are left
     * @param faults what does not work, each with its reason
     * @param untried why not everything was tried, if so
     */
    record Outcome(int features, List<String> faults, Optional<String> untried) {}

    private final TrialWire wire;
    private final LongSupplier clock;
    private final long deadline;
    private final List<TrialPacket> working = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final List<TrialFrame> kept = new ArrayList<>();
    private int keptOctets;
    private int features;

    private OffloadTrial(TrialWire wire, int features, LongSupplier clock) {
        this.wire = wire;
        this.features = features;
        this.clock = clock;
        this.deadline = clock.getAsLong() + LIMIT_NANOS;
    }

    /**
     * Tries everything that the kernel claims. Afterwards any features may be set at the device: set those of the outcome.
     *
     * @param claimed TUN_F_… flags, which are set at the device
     * @param clock nanoseconds
     */
    static Outcome run(TrialWire wire, int claimed, LongSupplier clock) {
        return new OffloadTrial(wire, claimed, clock).run();
    }

    private Outcome run() {
        Optional<String> untried = Optional.empty();
        try {
            for (TrialKind kind : TrialKind.values()) {
                if ((features & kind.flag) != 0) {
                    TrialPacket packet = new TrialPacket(kind);
                    if (in(packet) && out(packet)) {
                        working.add(packet);
                    }
                }
            }
            wire.features(0);
            for (TrialPacket packet : working) {
                if ((features & packet.kind().flag) != 0) {
                    cut(packet);
                }
            }
        } catch (IOException e) {
            untried = Optional.of(e.getMessage());
        }
        giveBack();
        return new Outcome(features, List.copyOf(faults), untried);
    }

    private boolean in(TrialPacket packet) throws IOException {
        Optional<String> refusal = wire.write(packet.subject());
        Optional<String> ofControl = wire.write(packet.control());
        if (ofControl.isPresent()) {
            throw new IOException("the device takes no packets: " + ofControl.get());
        }
        List<TrialFrame> arrived = untilControl(packet, true);
        return refusal.isPresent()
                ? fault(packet.kind(), "is refused by the kernel, " + refusal.get())
                : isWhole(packet, arrived, "into");
    }

    private boolean out(TrialPacket packet) throws IOException {
        wire.transmit(packet.subject());
        wire.transmit(packet.control());
        List<TrialFrame> got = untilControl(packet, false);
        Optional<String> how = packet.wrong(got, true);
        if (how.isEmpty()) {
            return true;
        }
        return got.size() > 1
                ? fault(packet.kind(), "comes out of the kernel cut wrongly: " + how.get())
                : isWhole(packet, got, "out of");
    }

    private void cut(TrialPacket packet) throws IOException {
        wire.transmit(packet.subject());
        wire.transmit(packet.control());
        packet.wrong(untilControl(packet, false), false)
                .ifPresent(how -> fault(packet.kind(), "is completed wrongly by the kernel: " + how));
    }

    private boolean isWhole(TrialPacket packet, List<TrialFrame> got, String way) {
        if (got.isEmpty()) {
            return fault(packet.kind(), "is lost on its way " + way + " the kernel");
        }
        if (got.size() > 1) {
            return fault(packet.kind(), "comes " + way + " the kernel in " + got.size() + " pieces");
        }
        PacketOffload before = new PacketOffload();
        PacketOffload after = new PacketOffload();
        boolean same = packet.subject().read(before)
                && got.getFirst().read(after)
                && before.segmentation == after.segmentation
                && before.segmentSize == after.segmentSize
                && before.partialChecksum == after.partialChecksum
                && packet.subject().samePacket(got.getFirst());
        return same || fault(packet.kind(), "comes " + way + " the kernel changed");
    }

    private boolean fault(TrialKind kind, String how) {
        String what = kind.superPacket ? "a super-packet " : "a packet with a partial checksum ";
        faults.add(kind.title + " (" + what + how + ")");
        features &= ~kind.lost;
        if ((features & (TUN_F_TSO4 | TUN_F_TSO6)) == 0) {
            // The kernel refuses ECN's flag alone (drivers/net/tun.c, set_offload).
            features &= ~TUN_F_TSO_ECN;
        }
        return false;
    }

    /** Our packets before the control. */
    private List<TrialFrame> untilControl(TrialPacket packet, boolean in) throws IOException {
        List<TrialFrame> got = new ArrayList<>();
        while (true) {
            long left = deadline - clock.getAsLong();
            Optional<TrialFrame> next = left <= 0 ? Optional.empty() : in ? wire.received(left) : wire.sent(left);
            if (next.isEmpty()) {
                throw new IOException("what was sent for the trial did not come " + (in ? "into" : "out of")
                        + " the kernel within " + LIMIT_NANOS / 1_000_000 + " ms");
            }
            TrialFrame frame = next.get();
            if (TrialPacket.isOurs(frame)) {
                if (frame.samePacket(packet.control())) {
                    return got;
                }
                got.add(frame);
            } else if (!in) {
                keep(frame);
            }
        }
    }

    private void keep(TrialFrame frame) throws IOException {
        kept.add(frame);
        keptOctets += frame.octets().length;
        if (keptOctets > MAX_KEPT_OCTETS) {
            throw new IOException("too many packets come out of the device meanwhile");
        }
    }

    /** Takes out what is left of ours, and sends the others' again. */
    private void giveBack() {
        try {
            for (Optional<TrialFrame> next = wire.sent(0); next.isPresent(); next = wire.sent(0)) {
                if (!TrialPacket.isOurs(next.get())) {
                    keep(next.get());
                }
            }
        } catch (IOException e) {
            // What is still in the device's queue is for its reader, who drops ours (a multicast source).
        }
        for (TrialFrame frame : kept) {
            try {
                wire.transmit(frame);
            } catch (IOException e) {
                return; // the interface is gone or full: such packets are lost anyhow
            }
        }
    }
}
