package io.sluice.killswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus.Drops;
import io.sluice.api.killswitch.KillSwitchStatus.State;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKillSwitchTest {

    private static final FirewallPolicy CONNECTED =
            new FirewallPolicy.Connected(OwnTraffic.NONE, "tun0", List.of(), List.of());
    private static final FirewallPolicy CONNECTING = new FirewallPolicy.Connecting(OwnTraffic.NONE, List.of());
    private static final FirewallPolicy STOPPED = new FirewallPolicy.Disconnected(true, OwnTraffic.NONE, List.of());
    private static final FirewallPolicy DOWN = new FirewallPolicy.Disconnected(false, OwnTraffic.NONE, List.of());

    @TempDir
    private Path folder;

    private final FakeFirewall firewall = new FakeFirewall();
    private final List<String> events = new ArrayList<>();

    private HostKillSwitch start(KillSwitchMode configured) {
        return start(new Settings(Optional.of(configured), Allowance.NONE, false));
    }

    private HostKillSwitch start(Settings settings) {
        return HostKillSwitch.start(
                firewall,
                folder.resolve("killswitch"),
                settings,
                (status, event) -> events.add(status.state() + ": " + event));
    }

    @Test
    void off_nothingIsTouchedNorWritten() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.OFF);
        host.apply(CONNECTED);
        host.apply(STOPPED);
        assertThat(firewall.calls).isEmpty();
        assertThat(folder).isEmptyDirectory();
        assertThat(host.status().state()).isEqualTo(State.DISARMED);
    }

    @Test
    void auto_closedFromTheFirstConnectUntilTheOperatorStops() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(DOWN);
        assertThat(firewall.kernel).isEmpty();
        host.apply(CONNECTING);
        assertThat(host.status().state()).isEqualTo(State.BLOCKED);
        assertThat(firewall.boot).isPresent();
        host.apply(CONNECTED);
        assertThat(host.status().state()).isEqualTo(State.ARMED);
        host.apply(new FirewallPolicy.Blocked("The proxy is gone.", OwnTraffic.NONE, List.of()));
        assertThat(host.status().reason()).isEqualTo("The proxy is gone.");
        assertThat(firewall.kernel).isPresent();
        host.apply(STOPPED);
        assertThat(firewall.kernel).isEmpty();
        assertThat(firewall.boot).isEmpty();
        assertThat(firewall.hardened).isFalse();
        assertThat(firewall.notices).isEmpty();
        assertThat(events).hasSize(4).last().asString().startsWith("DISARMED");
    }

    @Test
    void auto_processDies_theNextOneTakesOverAndStaysClosed() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        host.close();
        var left = firewall.kernel;
        assertThat(left).isPresent();
        HostKillSwitch successor = start(KillSwitchMode.AUTO);
        assertThat(firewall.kernel).as("untouched until the coordinator speaks").isEqualTo(left);
        assertThat(successor.status().state()).isEqualTo(State.BLOCKED);
        successor.apply(DOWN);
        assertThat(successor.status().state()).isEqualTo(State.BLOCKED);
        assertThat(firewall.kernel).isPresent().isNotEqualTo(left);
    }

    @Test
    void auto_machineRestarts_rulesAreGoneButTheMemoryCloses() throws Exception {
        start(KillSwitchMode.AUTO).apply(CONNECTED);
        firewall.kernel = Optional.empty();
        assertThat(start(KillSwitchMode.AUTO).status().state()).isEqualTo(State.BLOCKED);
        assertThat(firewall.kernel).isPresent();
    }

    @Test
    void auto_autoStart_isClosedAtBootEvenAfterAStop() throws Exception {
        HostKillSwitch host = start(new Settings(Optional.of(KillSwitchMode.AUTO), Allowance.NONE, true));
        host.apply(CONNECTED);
        host.apply(STOPPED);
        assertThat(firewall.kernel).isEmpty();
        assertThat(firewall.boot).isPresent();
    }

    @Test
    void lockdown_closedBeforeAnybodySpeaksAndAfterAStop() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.LOCKDOWN);
        assertThat(firewall.kernel).isPresent();
        assertThat(firewall.kernel.get().guard()).isPresent();
        host.apply(CONNECTED);
        host.apply(STOPPED);
        assertThat(host.status().state()).isEqualTo(State.BLOCKED);
        assertThat(firewall.kernel).isPresent();
    }

    @Test
    void configuration_becomesLooserWhileClosed_waitsForAnOperator() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.LOCKDOWN);
        host.configure(new Settings(Optional.of(KillSwitchMode.OFF), Allowance.NONE, false));
        assertThat(host.status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        assertThat(firewall.kernel).isPresent();
        assertThat(host.status().limitations()).anyMatch(sentence -> sentence.contains("an operator has to say so"));
        host.mode(KillSwitchMode.AUTO);
        assertThat(host.status().mode()).isEqualTo(KillSwitchMode.AUTO);
        host.disarm();
        assertThat(firewall.kernel).isEmpty();
        assertThat(start(KillSwitchMode.OFF).status().mode()).isEqualTo(KillSwitchMode.OFF);
    }

    @Test
    void configuration_allowsMore_isAppliedToThePolicyInForce() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        var before = firewall.kernel;
        Allowance lan = new Allowance(true, List.of(), List.of(), List.of());
        host.configure(new Settings(Optional.of(KillSwitchMode.AUTO), lan, false));
        assertThat(firewall.kernel)
                .contains(FilterPlan.of(CONNECTED, lan, false))
                .isNotEqualTo(before);
    }

    @Test
    void start_beforeTheConfigurationComes_allowsWhatItAllowedLast() throws Exception {
        Allowance ssh = new Allowance(false, List.of(), List.of(22), List.of());
        start(new Settings(Optional.of(KillSwitchMode.LOCKDOWN), ssh, false)).close();
        var before = firewall.kernel;
        firewall.kernel = Optional.empty();
        HostKillSwitch host = start(Settings.NONE);
        assertThat(firewall.kernel).isPresent().isEqualTo(before);
        host.configure(new Settings(Optional.of(KillSwitchMode.LOCKDOWN), Allowance.NONE, false));
        assertThat(firewall.kernel).isPresent().isNotEqualTo(before);
        host.close();
        firewall.kernel = Optional.empty();
        start(Settings.NONE);
        assertThat(firewall.kernel).isPresent().isNotEqualTo(before);
    }

    @Test
    void memory_unreadable_isLockdownUntilAnOperatorDecides() throws Exception {
        start(KillSwitchMode.AUTO).apply(CONNECTED);
        firewall.kernel = Optional.empty();
        Files.writeString(folder.resolve("killswitch/state"), "sluice-killsw");
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        assertThat(host.status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        assertThat(firewall.kernel).isPresent();
        assertThat(host.mode(KillSwitchMode.AUTO).mode()).isEqualTo(KillSwitchMode.AUTO);
    }

    @Test
    void apply_refused_throwsAndLeavesWhatWasInForce() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTING);
        var before = firewall.kernel;
        firewall.refuses = true;
        assertThatThrownBy(() -> host.apply(CONNECTED)).isInstanceOf(KillSwitchException.class);
        assertThat(firewall.kernel).isEqualTo(before);
        assertThat(host.status().state()).isEqualTo(State.BLOCKED);
    }

    @Test
    void mode_kernelRefuses_staysAsItWas() {
        HostKillSwitch host = start(KillSwitchMode.OFF);
        firewall.refuses = true;
        assertThatThrownBy(() -> host.mode(KillSwitchMode.LOCKDOWN)).isInstanceOf(KillSwitchException.class);
        assertThat(host.status().mode()).isEqualTo(KillSwitchMode.OFF);
    }

    @Test
    void rulesChanged_areSetAgainAndCounted() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        var before = firewall.kernel;
        firewall.kernel = Optional.empty();
        assertThat(firewall.notices.orElseThrow().rulesChanged()).isTrue();
        assertThat(firewall.kernel).isEqualTo(before);
        assertThat(host.status().heals()).isEqualTo(1);
        assertThat(host.status().lastHeal()).isPresent();
        firewall.refuses = true;
        assertThat(host.rulesChanged()).as("to be told again").isFalse();
        assertThat(host.status().limitations()).anyMatch(sentence -> sentence.contains("the kernel refuses"));
    }

    /** A notice that was under way when the room was stopped: by now the rules are its successor's. */
    @Test
    void noticeBehindTheClose_isNoneOfItsBusiness() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.LOCKDOWN);
        host.apply(CONNECTED);
        host.close();
        HostKillSwitch successor = start(KillSwitchMode.LOCKDOWN);
        successor.apply(CONNECTING);
        var rules = firewall.kernel;

        assertThat(host.rulesChanged()).isTrue();
        host.interfaceCame();
        assertThat(firewall.kernel).isEqualTo(rules);
    }

    @Test
    void rulesChanged_kernelRefuses_saysDisarmedOnceAndTakesNoOthersTableForItsOwn() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.LOCKDOWN);
        host.apply(CONNECTED);
        var ours = firewall.kernel;
        events.clear();
        firewall.refuses = true;
        assertThat(host.rulesChanged()).isFalse();
        assertThat(host.rulesChanged()).isFalse();
        assertThat(host.status().state()).isEqualTo(State.DISARMED);
        assertThat(host.status().reason()).contains("the kernel refuses");
        assertThat(events).as("told once").hasSize(1).allMatch(event -> event.startsWith("DISARMED"));
        // A table of the name is there, but not ours.
        assertThatThrownBy(() -> host.apply(CONNECTED)).isInstanceOf(KillSwitchException.class);
        assertThat(host.status().state()).isEqualTo(State.DISARMED);
        firewall.refuses = false;
        firewall.kernel = Optional.empty();
        assertThat(host.rulesChanged()).isTrue();
        assertThat(firewall.kernel).isEqualTo(ours);
        assertThat(host.status().state()).isEqualTo(State.ARMED);
        // What the policy was refused may be tried again by now, which is told as well.
        assertThat(events).element(1).asString().startsWith("ARMED");
    }

    @Test
    void apply_again_doesNotTouchTheKernel() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        firewall.calls.clear();
        host.apply(CONNECTED);
        assertThat(firewall.calls).isEmpty();
    }

    @Test
    void counters_addUpOverRulesets() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTING);
        firewall.counters = List.of(new Drops("dns", 3, 100));
        host.apply(CONNECTED);
        firewall.counters = List.of(new Drops("dns", 4, 200), new Drops("input", 1, 40));
        assertThat(host.status().drops()).containsExactly(new Drops("dns", 7, 300), new Drops("input", 1, 40));
    }

    @Test
    void prove_disarmedSendsNothing_armedTellsThatItHolds() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        assertThat(host.prove().holds()).isFalse();
        assertThat(host.prove().canaries()).isEmpty();
        host.apply(CONNECTED);
        assertThat(host.prove().sentence()).isEqualTo("It holds: 2 canaries were sent and none left this machine.");
        assertThat(host.prove().holds()).isTrue();
    }
}
