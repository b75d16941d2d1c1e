package io.sluice.tun.linux;

import static io.sluice.tun.linux.TunConstants.TUN_F_CSUM;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO4;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO6;
import static io.sluice.tun.linux.TunConstants.TUN_F_TSO_ECN;
import static io.sluice.tun.linux.TunConstants.TUN_F_USO4;
import static io.sluice.tun.linux.TunConstants.TUN_F_USO6;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.tun.Segmentation;
import io.sluice.tun.linux.OffloadTrial.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a trial makes of devices that do not do what their kernel says. */
class OffloadTrialTest {

    private static final int USO = TUN_F_USO4 | TUN_F_USO6;
    private static final int ALL = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | USO;

    private final PretendedWire wire = new PretendedWire(ALL);

    private Outcome run() {
        return OffloadTrial.run(wire, ALL, () -> wire.nanos);
    }

    private static boolean isSuper(TrialFrame frame, Segmentation segmentation, boolean ipv6) {
        return frame.ipv6() == ipv6 && PretendedWire.offload(frame).segmentation == segmentation;
    }

    /** Does this to super-packets of the kind, and leaves the rest. */
    private static UnaryOperator<List<TrialFrame>> only(
            Segmentation segmentation, boolean ipv6, UnaryOperator<List<TrialFrame>> harm) {
        return frames -> isSuper(frames.getFirst(), segmentation, ipv6) ? harm.apply(frames) : frames;
    }

    private static TrialFrame changed(TrialFrame frame, int fromEnd, int by) {
        byte[] octets = frame.octets().clone();
        octets[octets.length - fromEnd] += (byte) by;
        return new TrialFrame(octets);
    }

    @Test
    void everythingWorks_everythingStays() {
        assertThat(run()).isEqualTo(new Outcome(ALL, List.of(), Optional.empty()));
        assertThat(wire.nanos).as("nothing was waited for").isZero();
        assertThat(wire.out).isEmpty();
    }

    @Test
    void nothingClaimed_stayesOff() {
        assertThat(OffloadTrial.run(wire, TUN_F_CSUM, () -> wire.nanos).features())
                .isEqualTo(TUN_F_CSUM);
    }

    @ParameterizedTest
    @CsvSource({"TCP, false, TSO4", "TCP, true, TSO6", "UDP, false, USO4", "UDP, true, USO6"})
    void writtenOnesLost_off(Segmentation segmentation, boolean ipv6, TrialKind kind) {
        wire.intoKernel = only(segmentation, ipv6, frames -> List.of());
        Outcome outcome = run();
        assertThat(outcome.features() & kind.lost).isZero();
        assertThat(outcome.features() | kind.lost).isEqualTo(ALL);
        assertThat(outcome.faults())
                .singleElement()
                .asString()
                .startsWith(kind.name())
                .contains("lost", "into");
        assertThat(wire.nanos).isZero();
    }

    @Test
    void writtenOnesRefused_offWithTheKernelsWord() {
        wire.refused = Optional.of(Segmentation.UDP);
        Outcome outcome = run();
        assertThat(outcome.features()).isEqualTo(ALL & ~USO);
        assertThat(outcome.faults()).hasSize(1).first().asString().contains("USO4", "EINVAL");
    }

    @Test
    void writtenOnesChanged_off() {
        wire.intoKernel = only(Segmentation.TCP, true, frames -> List.of(changed(frames.getFirst(), 1, 1)));
        Outcome outcome = run();
        assertThat(outcome.features()).isEqualTo(ALL & ~TUN_F_TSO6);
        assertThat(outcome.faults()).singleElement().asString().contains("TSO6", "changed");
    }

    /** The kernel cuts before the device where its queue discipline (cake) or an administrator wants it: slower, not wrong. */
    @Test
    void comeOutDoneByTheKernel_everythingStays() {
        wire.outOfKernel = frames -> frames.size() == 1 ? PretendedWire.cut(frames.getFirst()) : frames;
        assertThat(run()).isEqualTo(new Outcome(ALL, List.of(), Optional.empty()));
    }

    @Test
    void largeOnesComeOutInWrongPieces_off() {
        wire.outOfKernel = only(Segmentation.UDP, false, frames -> {
            List<TrialFrame> pieces = PretendedWire.cut(frames.getFirst());
            return pieces.subList(1, pieces.size());
        });
        Outcome outcome = run();
        assertThat(outcome.features()).isEqualTo(ALL & ~USO);
        assertThat(outcome.faults())
                .singleElement()
                .asString()
                .contains("USO4", "out of the kernel cut wrongly: in 53 instead of 54 pieces");
    }

    @Test
    void comeOutChangedOrNotAtAll_off() {
        wire.outOfKernel = only(Segmentation.TCP, true, frames -> List.of(changed(frames.getFirst(), 1, 1)));
        assertThat(run().faults()).singleElement().asString().contains("TSO6", "out of the kernel changed");
        wire.features(ALL);
        wire.outOfKernel = only(Segmentation.TCP, true, frames -> List.of());
        assertThat(run().faults()).singleElement().asString().contains("TSO6", "lost on its way out of");
    }

    @Test
    void piecesWithWrongChecksums_off() {
        // a kernel that cuts UDP over IPv6 and leaves the sum of the whole in the last piece
        wire.outOfKernel = frames -> {
            TrialFrame last = frames.getLast();
            if (frames.size() < 2 || !last.ipv6() || last.octets()[VnetHeader.SIZE + 6] != 17) {
                return frames;
            }
            List<TrialFrame> harmed = new ArrayList<>(frames);
            harmed.set(harmed.size() - 1, changed(last, last.length() - 46, 1));
            return harmed;
        };
        Outcome outcome = run();
        assertThat(outcome.features()).isEqualTo(ALL & ~USO);
        assertThat(outcome.faults()).singleElement().asString().contains("USO6", "piece 54 of 54 has a wrong checksum");
    }

    @Test
    void piecesMissingOrInWrongOrder_off() {
        wire.outOfKernel = frames -> {
            if (frames.size() < 2 || frames.getFirst().octets()[VnetHeader.SIZE + 9] != 6) {
                return frames;
            }
            List<TrialFrame> harmed = new ArrayList<>(frames);
            Collections.swap(harmed, 3, 4);
            return harmed;
        };
        assertThat(run().features()).isEqualTo(ALL & ~TUN_F_TSO4);
    }

    @Test
    void partialChecksumsNotCompleted_nothingIsLeft() {
        wire.outOfKernel = frames -> frames.size() == 1
                        && !PretendedWire.offload(frames.getFirst()).partialChecksum
                        && frames.getFirst().length() == 140
                ? List.of(changed(frames.getFirst(), 104, 1))
                : frames;
        Outcome outcome = run();
        assertThat(outcome.features()).isZero();
        assertThat(outcome.faults()).singleElement().asString().startsWith("checksums");
    }

    @Test
    void bothTsoOff_ecnToo() {
        wire.intoKernel = frames ->
                PretendedWire.offload(frames.getFirst()).segmentation == Segmentation.TCP ? List.of() : frames;
        assertThat(run().features()).isEqualTo(TUN_F_CSUM | USO);
    }

    @Test
    void aFilterSwallowsEverything_kernelsWordTakenInTime() {
        wire.outOfKernel = frames -> List.of();
        Outcome outcome = run();
        assertThat(outcome.features()).isEqualTo(ALL);
        assertThat(outcome.faults()).isEmpty();
        assertThat(outcome.untried()).get().asString().contains("200 ms");
        assertThat(wire.nanos).isEqualTo(OffloadTrial.LIMIT_NANOS);
    }

    @Test
    void faultBeforeTimeIsUp_counts() {
        wire.intoKernel = only(Segmentation.TCP, false, frames -> List.of());
        wire.outOfKernel = frames -> frames.getFirst().ipv6() ? List.of() : frames;
        Outcome outcome = run();
        assertThat(outcome.untried()).isPresent();
        assertThat(outcome.features()).isEqualTo(ALL & ~TUN_F_TSO4);
    }

    @Test
    void othersPackets_comeOutAgainInOrder() {
        byte[] theirs = new byte[VnetHeader.SIZE + 40];
        theirs[VnetHeader.SIZE] = 0x45;
        List<TrialFrame> others = new ArrayList<>();
        for (byte i = 0; i < 20; i++) {
            byte[] one = Arrays.copyOf(theirs, theirs.length);
            one[theirs.length - 1] = i;
            others.add(new TrialFrame(one));
        }
        wire.out.addAll(others.subList(0, 10));
        int[] turn = {10};
        wire.outOfKernel = frames -> {
            boolean ours = TrialPacket.isOurs(frames.getFirst());
            if (!ours || turn[0] == others.size()) {
                return frames;
            }
            List<TrialFrame> more = new ArrayList<>(frames);
            more.add(others.get(turn[0]++));
            return more;
        };
        assertThat(run().features()).isEqualTo(ALL);
        assertThat(wire.out)
                .extracting(TrialFrame::octets)
                .containsExactlyElementsOf(
                        others.stream().map(TrialFrame::octets).toList());
    }

    @Test
    void tooMuchOfOthers_givesUpAndGivesBack() {
        byte[] theirs = new byte[VnetHeader.SIZE + 65_000];
        theirs[VnetHeader.SIZE] = 0x45;
        for (int i = 0; i < 80; i++) {
            wire.out.add(new TrialFrame(theirs));
        }
        Outcome outcome = run();
        assertThat(outcome.features()).isEqualTo(ALL);
        assertThat(outcome.untried()).get().asString().contains("too many");
        assertThat(wire.out.stream().filter(frame -> !TrialPacket.isOurs(frame)))
                .hasSize(80);
    }
}
