package io.sluice.killswitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.KillSwitchStatus.State;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.api.net.IpPrefix;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.spi.Filter;
import io.sluice.testkit.crash.Crash;
import io.sluice.testkit.crash.DiskRecorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory of the kill switch through crashes, and through the loss of its file. */
class HostKillSwitch_CrashTest {

    private static final List<IpPrefix> FIRST = List.of(IpPrefix.parse("172.19.0.1/30"));
    private static final List<IpPrefix> SECOND =
            List.of(IpPrefix.parse("172.20.0.1/30"), IpPrefix.parse("fdfe:dcba:9876::1/126"));

    private static FirewallPolicy connected(List<IpPrefix> addresses) {
        return new FirewallPolicy.Connected(OwnTraffic.NONE, "tun0", addresses, List.of());
    }

    @TempDir
    private Path folder;

    private DiskRecorder disk;

    @BeforeEach
    void disk() throws Exception {
        disk = new DiskRecorder(Files.createDirectory(folder.resolve("disk")));
    }

    private static HostKillSwitch start(FakeFirewall firewall, Path at) {
        Settings settings = new Settings(Optional.empty(), Allowance.NONE, false);
        return HostKillSwitch.start(firewall, at.resolve("killswitch"), settings, (_, _) -> {});
    }

    @FunctionalInterface
    private interface Deed {
        void on(HostKillSwitch host) throws Exception;
    }

    /** How it may stand after a restart of the machine, for each promise. */
    private record Promise(KillSwitchMode mode, State after, List<IpPrefix> tunnel, Deed deed) {

        /** The rules then: until the coordinator speaks nothing passes, and nothing answers for the tunnel that was. */
        private Optional<Filter> rules() {
            FirewallPolicy untilTold = new FirewallPolicy.Blocked("in the test", OwnTraffic.NONE, tunnel);
            return Optional.of(FilterPlan.of(untilTold, Allowance.NONE, mode == KillSwitchMode.LOCKDOWN))
                    .filter(_ -> after == State.BLOCKED);
        }
    }

    @Test
    void crashAnywhere_theModeThatWasAcknowledgedIsInForceAndTheTunnelKnown() throws Exception {
        List<Promise> promises = List.of(
                new Promise(KillSwitchMode.OFF, State.DISARMED, List.of(), _ -> {}),
                new Promise(KillSwitchMode.AUTO, State.DISARMED, List.of(), host -> host.mode(KillSwitchMode.AUTO)),
                new Promise(KillSwitchMode.AUTO, State.BLOCKED, FIRST, host -> host.apply(connected(FIRST))),
                new Promise(KillSwitchMode.AUTO, State.BLOCKED, SECOND, host -> host.apply(connected(SECOND))),
                new Promise(KillSwitchMode.LOCKDOWN, State.BLOCKED, SECOND, host -> host.mode(KillSwitchMode.LOCKDOWN)),
                new Promise(KillSwitchMode.OFF, State.DISARMED, List.of(), HostKillSwitch::disarm),
                new Promise(
                        KillSwitchMode.LOCKDOWN, State.BLOCKED, SECOND, host -> host.mode(KillSwitchMode.LOCKDOWN)));
        HostKillSwitch host = start(new FakeFirewall(), disk.folder());
        for (Promise promise : promises.subList(1, promises.size())) {
            disk.begin();
            promise.deed().on(host);
            disk.done();
        }

        List<Crash> crashes = disk.crashes();
        assertThat(crashes).hasSizeGreaterThan(500);
        for (Crash crash : crashes) {
            FakeFirewall firewall = new FakeFirewall();
            KillSwitchStatus status = afterReboot(crash, firewall);
            assertThat(promises.subList(crash.kept(), crash.begun() + 1))
                    .as("%s: %s %s %s", crash, status.mode(), status.state(), firewall.kernel)
                    .anyMatch(p -> p.mode() == status.mode()
                            && p.after() == status.state()
                            && p.rules().equals(firewall.kernel));
        }
    }

    private KillSwitchStatus afterReboot(Crash crash, FakeFirewall firewall) throws Exception {
        Path left = folder.resolve("left");
        crash.layOut(left);
        try (HostKillSwitch host = start(firewall, new DiskRecorder(left).folder())) {
            return host.status();
        }
    }

    /** What is to be closed after a deed, as it is acknowledged by an event or, if there is none, by its return. */
    private record Closing(boolean closed, Deed deed) {}

    /** A machine comes up with the boot's rules, and the process may be long in coming. */
    @Test
    void powerCutAnywhere_theBootIsAsClosedAsTheStateAndAsWhatWasAcknowledged() throws Exception {
        List<Closing> deeds = List.of(
                new Closing(false, _ -> {}),
                new Closing(false, host -> host.mode(KillSwitchMode.AUTO)),
                new Closing(true, host -> host.apply(connected(FIRST))),
                new Closing(false, host -> host.apply(new FirewallPolicy.Disconnected(true, OwnTraffic.NONE, FIRST))),
                new Closing(true, host -> host.configure(configured(KillSwitchMode.LOCKDOWN))),
                new Closing(true, host -> host.mode(KillSwitchMode.LOCKDOWN)),
                new Closing(false, HostKillSwitch::disarm),
                new Closing(true, host -> host.mode(KillSwitchMode.LOCKDOWN)));
        AtomicBoolean waiting = new AtomicBoolean();
        HostKillSwitch host = HostKillSwitch.start(
                new FakeFirewall(), disk.folder().resolve("killswitch"), Settings.NONE, (_, _) -> acknowledge(waiting));
        for (Closing deed : deeds.subList(1, deeds.size())) {
            disk.begin();
            waiting.set(true);
            deed.deed().on(host);
            acknowledge(waiting);
        }

        List<Crash> crashes = disk.crashes();
        assertThat(crashes).hasSizeGreaterThan(500);
        for (Crash crash : crashes) {
            Path left = folder.resolve("left");
            crash.layOut(left);
            Path kept = left.resolve("killswitch");
            boolean closed = FakeFirewall.closedAtBoot(kept);
            if (deeds.subList(crash.kept(), crash.begun() + 1).stream().allMatch(Closing::closed)) {
                assertThat(closed).as("acknowledged as closed, %s", crash).isTrue();
            }
            if (new MemoryFile(kept).read().closedAtBoot(false)) {
                assertThat(closed).as("closed in the state, %s", crash).isTrue();
            }
        }
        assertThat(FakeFirewall.closedAtBoot(folder.resolve("disk/killswitch"))).isTrue();
    }

    private void acknowledge(AtomicBoolean waiting) {
        if (waiting.compareAndSet(true, false)) {
            disk.done();
        }
    }

    private static Settings configured(KillSwitchMode mode) {
        return new Settings(Optional.of(mode), Allowance.NONE, false);
    }

    /** Nobody configured it, so that what is kept of it in the end is what a machine without one has. */
    @Test
    void disarmed_theBootIsOpen() throws Exception {
        HostKillSwitch host = start(new FakeFirewall(), disk.folder());
        host.mode(KillSwitchMode.LOCKDOWN);
        assertThat(FakeFirewall.closedAtBoot(folder.resolve("disk/killswitch"))).isTrue();
        host.disarm();
        assertThat(FakeFirewall.closedAtBoot(folder.resolve("disk/killswitch"))).isFalse();
    }

    @Test
    void bothFilesAreDestroyed_isLockdown() throws Exception {
        start(new FakeFirewall(), disk.folder()).mode(KillSwitchMode.AUTO);
        Path state = folder.resolve("disk/killswitch/state");
        Path settings = folder.resolve("disk/killswitch/settings");
        for (String spoilt : List.of("", "sluice-kill", "\0\0\0\0")) {
            Files.writeString(state, spoilt);
            Files.writeString(settings, spoilt);
            FakeFirewall firewall = new FakeFirewall();
            assertThat(start(firewall, folder.resolve("disk")).status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
            assertThat(firewall.kernel).isPresent();
        }
        Files.delete(state);
        Files.delete(settings);
        Files.createDirectory(state);
        Files.createDirectory(settings);
        FakeFirewall firewall = new FakeFirewall();
        assertThat(start(firewall, folder.resolve("disk")).status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        assertThat(firewall.kernel).isPresent();
    }

    @Test
    void stateFileIsLost_theKernelsSettingsComeBackAllTheSame() throws Exception {
        FakeFirewall firewall = new FakeFirewall();
        start(firewall, disk.folder()).mode(KillSwitchMode.LOCKDOWN);
        assertThat(firewall.hardened).isTrue();
        Files.writeString(folder.resolve("disk/killswitch/state"), "sluice-kill");

        HostKillSwitch host = start(firewall, disk.folder());
        assertThat(host.status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        host.disarm();
        assertThat(firewall.relaxed).isEqualTo(Map.of("setting", "0"));
    }

    @Test
    void killedBetweenTheKernelAndTheFile_theKernelsSettingsComeBackAllTheSame() throws Exception {
        FakeFirewall firewall = new FakeFirewall();
        start(firewall, disk.folder()).mode(KillSwitchMode.LOCKDOWN);
        // The mode was written before; what the kernel's settings were comes with the last write.
        Path state = folder.resolve("disk/killswitch/state");
        assertThat(state).content().contains("setting setting 0");
        Files.writeString(state, "sluice-killswitch 1\nmode lockdown\nconfigured off\nclosed false\nend\n");

        HostKillSwitch host = start(firewall, disk.folder());
        assertThat(host.status().state()).as("the kernel holds the rules").isEqualTo(State.BLOCKED);
        host.disarm();
        assertThat(firewall.relaxed).isEqualTo(Map.of("setting", "0"));
    }

    @Test
    void damagedAnywhere_isLockdown() throws Exception {
        HostKillSwitch host = start(new FakeFirewall(), disk.folder());
        host.mode(KillSwitchMode.AUTO);
        Path state = folder.resolve("disk/killswitch/state");
        byte[] whole = Files.readAllBytes(state);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= (byte) (1 << i % 8);
            Files.write(state, damaged);
            assertThat(start(new FakeFirewall(), disk.folder()).status().mode())
                    .as("octet %d", i)
                    .isEqualTo(KillSwitchMode.LOCKDOWN);
        }
    }

    @Test
    void stateOfAnEarlierBuild_isUnderstood() throws Exception {
        Path state = Files.createDirectories(folder.resolve("killswitch")).resolve("state");
        Files.writeString(state, "sluice-killswitch 1\nmode auto\nconfigured off\nclosed true\nend\n");
        assertThat(start(new FakeFirewall(), folder).status().mode()).isEqualTo(KillSwitchMode.AUTO);
        Files.writeString(state, "sluice-killswitch 1\nmode auto\nconfigured off\nclosed trud\nend\n");
        assertThat(start(new FakeFirewall(), folder).status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
    }
}
