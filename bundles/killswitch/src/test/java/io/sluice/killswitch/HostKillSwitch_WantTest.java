package io.sluice.killswitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.KillSwitchStatus.State;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Closed for want of a valid configuration, until there is one. */
class HostKillSwitch_WantTest {

    private static final String WHY = "sluice.json:1:3: error SL1008: correct it.";
    private static final Allowance SSH = new Allowance(false, List.of(), List.of(22), List.of());
    private static final Settings WANT = Settings.want(SSH, WHY);
    private static final FirewallPolicy CONNECTED =
            new FirewallPolicy.Connected(OwnTraffic.NONE, "tun0", List.of(), List.of());
    private static final FirewallPolicy DOWN = new FirewallPolicy.Disconnected(false, OwnTraffic.NONE, List.of());

    @TempDir
    private Path folder;

    private final FakeFirewall firewall = new FakeFirewall();
    private final List<String> events = new ArrayList<>();

    private HostKillSwitch start(Settings settings) {
        return HostKillSwitch.start(
                firewall,
                folder.resolve("killswitch"),
                settings,
                (status, event) -> events.add(status.state() + ": " + event));
    }

    private static Settings says(KillSwitchMode mode) {
        return new Settings(Optional.of(mode), Allowance.NONE, false);
    }

    private void isClosed(HostKillSwitch host) throws Exception {
        KillSwitchStatus status = host.status();
        assertThat(status.mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        assertThat(status.state()).isEqualTo(State.BLOCKED);
        assertThat(status.reason()).isEqualTo(WHY);
        assertThat(status.limitations()).noneMatch(sentence -> sentence.contains("an operator has to say so"));
        assertThat(firewall.kernel).isPresent();
        assertThat(FakeFirewall.closedAtBoot(folder.resolve("killswitch"))).isTrue();
    }

    private void isOpen(HostKillSwitch host, KillSwitchMode mode) throws Exception {
        assertThat(host.status().mode()).isEqualTo(mode);
        assertThat(host.status().state()).isEqualTo(State.DISARMED);
        assertThat(firewall.kernel).isEmpty();
        assertThat(firewall.hardened).isFalse();
        assertThat(FakeFirewall.closedAtBoot(folder.resolve("killswitch"))).isFalse();
    }

    @Test
    void configurationComesToBeWanting_closesAndSaysWhy() throws Exception {
        HostKillSwitch host = start(Settings.NONE);
        host.configure(WANT);
        isClosed(host);
        assertThat(events).containsExactly("BLOCKED: " + WHY);
        host.apply(DOWN);
        isClosed(host);
        assertThat(firewall.kernel).contains(FilterPlan.of(DOWN, SSH, true));
    }

    @Test
    void configurationWithoutKillSwitch_opensWhatWasClosedForWantOfIt() throws Exception {
        HostKillSwitch host = start(Settings.NONE);
        host.configure(WANT);
        host.apply(DOWN);
        host.configure(Settings.silent());
        isOpen(host, KillSwitchMode.OFF);
        assertThat(events).hasSize(2).last().asString().startsWith("DISARMED").contains("valid configuration now");
        host.close();
        isOpen(start(Settings.NONE), KillSwitchMode.OFF);
    }

    @Test
    void configurationWithKillSwitch_isAsThatSays() throws Exception {
        HostKillSwitch host = start(WANT);
        isClosed(host);
        host.apply(DOWN);
        host.configure(says(KillSwitchMode.AUTO));
        isOpen(host, KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        assertThat(host.status().state()).isEqualTo(State.ARMED);

        host.configure(WANT);
        assertThat(host.status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        host.configure(says(KillSwitchMode.OFF));
        assertThat(host.status().mode())
                .as("it was closed before: an operator has to say so")
                .isEqualTo(KillSwitchMode.AUTO);
        assertThat(host.status().state()).isEqualTo(State.ARMED);
    }

    /** Else it would be open from here until the tunnel starts. */
    @Test
    void configurationWithATunnelThatStartsByItself_staysClosedUntilThat() throws Exception {
        HostKillSwitch host = start(WANT);
        host.configure(new Settings(Optional.of(KillSwitchMode.AUTO), Allowance.NONE, true));
        assertThat(host.status().mode()).isEqualTo(KillSwitchMode.AUTO);
        assertThat(host.status().state()).isEqualTo(State.BLOCKED);
        assertThat(firewall.kernel).isPresent();
    }

    @Test
    void processDiesOrMachineRestarts_staysClosedUntilThereIsAConfiguration() throws Exception {
        start(WANT).close();
        HostKillSwitch next = start(Settings.NONE);
        assertThat(next.status().state()).isEqualTo(State.BLOCKED);
        assertThat(next.status().reason()).contains("no valid configuration at the last start");
        next.close();

        firewall.kernel = Optional.empty();
        HostKillSwitch afterReboot = start(Settings.NONE);
        assertThat(firewall.kernel).isPresent();
        afterReboot.configure(WANT);
        isClosed(afterReboot);
        afterReboot.close();

        isOpen(start(Settings.silent()), KillSwitchMode.OFF);
    }

    @Test
    void operatorDecides_isNotUndoneByTheConfigurationThatComes() throws Exception {
        HostKillSwitch host = start(WANT);
        host.disarm();
        isOpen(host, KillSwitchMode.OFF);
        host.configure(Settings.silent());
        isOpen(host, KillSwitchMode.OFF);

        host.configure(WANT);
        host.mode(KillSwitchMode.LOCKDOWN);
        host.configure(Settings.silent());
        assertThat(host.status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        assertThat(firewall.kernel).isPresent();
    }

    /** Whoever closed the machine himself has said what is to reach it. */
    @Test
    void killSwitchOfBefore_keepsItsOwnAllowance() throws Exception {
        Allowance other = new Allowance(false, List.of(), List.of(8022), List.of());
        HostKillSwitch host = start(new Settings(Optional.of(KillSwitchMode.LOCKDOWN), other, false));
        host.apply(DOWN);
        host.configure(WANT);
        assertThat(firewall.kernel).contains(FilterPlan.of(DOWN, other, true));
        assertThat(host.status().reason()).isEqualTo(WHY);
    }
}
