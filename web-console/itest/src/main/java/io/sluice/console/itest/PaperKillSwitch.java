package io.sluice.console.itest;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.KillSwitchStatus.State;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.api.killswitch.OwnTraffic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A kill switch that closes nothing: what it is told is what it says. */
public final class PaperKillSwitch implements KillSwitch {

    private volatile KillSwitchMode mode = KillSwitchMode.OFF;
    private volatile FirewallPolicy policy = new FirewallPolicy.Disconnected(false, OwnTraffic.NONE, List.of());

    /** What every command answers with, when it shall fail. */
    public volatile KillSwitchException refusal;

    private void refuse() throws KillSwitchException {
        if (refusal != null) {
            throw refusal;
        }
    }

    @Override
    public void apply(FirewallPolicy wanted) throws KillSwitchException {
        refuse();
        policy = wanted;
    }

    @Override
    public KillSwitchStatus mode(KillSwitchMode wanted) throws KillSwitchException {
        refuse();
        mode = wanted;
        return status();
    }

    @Override
    public KillSwitchStatus disarm() throws KillSwitchException {
        return mode(KillSwitchMode.OFF);
    }

    private State state() {
        if (mode == KillSwitchMode.OFF) {
            return State.DISARMED;
        }
        return policy instanceof FirewallPolicy.Connected ? State.ARMED : State.BLOCKED;
    }

    @Override
    public KillSwitchStatus status() {
        String reason = switch (state()) {
            case DISARMED -> "The kill switch is off.";
            case ARMED -> "The tunnel carries traffic by sluice0; nothing passes beside it.";
            case BLOCKED -> "There is no tunnel.";
        };
        return new KillSwitchStatus(
                mode,
                KillSwitchMode.OFF,
                state(),
                Instant.EPOCH,
                reason,
                Optional.of(policy),
                List.of(new KillSwitchStatus.Drops("dns", 12, 700), new KillSwitchStatus.Drops("output", 1204, 90_000)),
                1,
                Optional.of(new KillSwitchStatus.Heal(Instant.EPOCH, java.time.Duration.ofMillis(2))),
                mode == KillSwitchMode.OFF
                        ? List.of()
                        : List.of("While it is closed this machine is reached from its own console only."));
    }

    @Override
    public List<String> show() {
        return mode == KillSwitchMode.OFF ? List.of() : List.of("table inet paper {", "}");
    }

    @Override
    public LeakProof prove() throws KillSwitchException {
        refuse();
        List<LeakProof.Canary> canaries = List.of(
                canary(
                        "TCP (IPv4)",
                        "203.0.113.254:443",
                        LeakProof.Outcome.HELD_BACK,
                        "the socket took it, the filter did not let it out"),
                canary(
                        "UDP (IPv4)",
                        "203.0.113.254:443",
                        LeakProof.Outcome.HELD_BACK,
                        "refused with EPERM (operation not permitted)"),
                canary(
                        "DNS over UDP (IPv4)",
                        "203.0.113.254:53",
                        LeakProof.Outcome.HELD_BACK,
                        "refused with EPERM (operation not permitted)"),
                canary(
                        "ICMP echo (IPv6)",
                        "2001:db8:5c1c::feed",
                        LeakProof.Outcome.NOT_SENT,
                        "refused with ENETUNREACH (network unreachable)"));
        return new LeakProof(
                Instant.now(),
                true,
                "It holds: 3 canaries were sent and none left this machine. 1 could not be sent at all and prove nothing.",
                canaries,
                3,
                0);
    }

    private static LeakProof.Canary canary(String kind, String to, LeakProof.Outcome outcome, String detail) {
        return new LeakProof.Canary(kind, to, "eth0", outcome, detail);
    }
}
