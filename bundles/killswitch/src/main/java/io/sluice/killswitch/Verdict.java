package io.sluice.killswitch;

import io.sluice.api.killswitch.KillSwitchStatus.State;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.api.killswitch.LeakProof.Canary;
import io.sluice.api.killswitch.LeakProof.Outcome;
import io.sluice.killswitch.ClosedFilter.Reading;
import java.time.Instant;
import java.util.List;

/** What canaries prove. */
final class Verdict {

    private static final String CHANGED = "The rules were changed while the canaries were sent.";

    private Verdict() {}

    static LeakProof of(Instant at, List<Canary> canaries, Reading before, Reading after) {
        boolean disturbed = !after.stands() || after.version() != before.version();
        long heldBack = after.heldBack() - before.heldBack();
        long escaped = after.escaped() - before.escaped();
        // What got out got out, whatever became of the rules meanwhile.
        long out = Math.max(count(canaries, Outcome.ESCAPED), escaped);
        return disturbed && out == 0
                ? disturbed(at, canaries)
                : of(at, canaries, heldBack, escaped, out, disturbed ? " " + CHANGED : "");
    }

    private static LeakProof of(
            Instant at, List<Canary> canaries, long heldBack, long escaped, long out, String besides) {
        long held = count(canaries, Outcome.HELD_BACK);
        long unsent = count(canaries, Outcome.NOT_SENT);
        String rest = unsent == 0 ? "" : " " + unsent + " could not be sent at all and prove nothing.";
        String sentence;
        if (out > 0) {
            sentence = "LEAK: " + out + " of " + canaries.size() + " canaries left this machine past the tunnel."
                    + besides + rest;
        } else if (held == 0) {
            sentence = "Nothing is proved: no canary could be sent, for no interface is up or none has an address.";
        } else {
            sentence = "It holds: " + held + " canaries were sent and none left this machine." + rest;
        }
        return new LeakProof(at, out == 0 && held > 0, sentence, canaries, heldBack, escaped);
    }

    private static long count(List<Canary> canaries, Outcome outcome) {
        return canaries.stream().filter(canary -> canary.outcome() == outcome).count();
    }

    static LeakProof disarmed(Instant at) {
        return new LeakProof(at, false, "Disarmed: everything would get out, so nothing was sent.", List.of(), 0, 0);
    }

    static LeakProof notInForce(Instant at, Standing standing) {
        String why = standing.state() == State.DISARMED ? standing.reason() : Reasons.unnoticed();
        return new LeakProof(
                at,
                false,
                "Nothing is proved and nothing was sent, for the rules are not in force: " + why
                        + " Once sluice killswitch status says armed or blocked, prove it again.",
                List.of(),
                0,
                0);
    }

    private static LeakProof disturbed(Instant at, List<Canary> canaries) {
        return new LeakProof(
                at,
                false,
                "Nothing is proved. " + CHANGED + " Prove it again; if that is so each time, see who changes them with:"
                        + " nft monitor",
                canaries,
                0,
                0);
    }
}
