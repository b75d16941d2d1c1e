package io.sluice.killswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus.State;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.api.net.IpPrefix;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.spi.Filter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said and done when the kernel refuses, others meddle, or a call comes too late. */
class HostKillSwitch_TroubleTest {

    private static final FirewallPolicy CONNECTED =
            new FirewallPolicy.Connected(OwnTraffic.NONE, "tun0", List.of(), List.of());
    private static final FirewallPolicy CONNECTING = new FirewallPolicy.Connecting(OwnTraffic.NONE, List.of());

    private static final List<IpPrefix> TUNNEL = List.of(IpPrefix.parse("172.19.0.1/30"));

    @TempDir
    private Path folder;

    private final FakeFirewall firewall = new FakeFirewall();
    private final List<String> events = new ArrayList<>();

    private HostKillSwitch start(KillSwitchMode configured) {
        return HostKillSwitch.start(
                firewall,
                folder.resolve("killswitch"),
                new Settings(Optional.of(configured), Allowance.NONE, false),
                (status, event) -> events.add(status.state() + ": " + event));
    }

    /** L34: nobody waits for the answer of a configuration, so the refusal is an event. */
    @Test
    void configuration_kernelRefusesToClose_isSaidAsDisarmedInTheModeThatIsWanted() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.OFF);
        host.apply(CONNECTED);
        firewall.refuses = true;
        host.configure(new Settings(Optional.of(KillSwitchMode.LOCKDOWN), Allowance.NONE, false));
        assertThat(events)
                .singleElement()
                .asString()
                .startsWith("DISARMED")
                .contains("everything passes")
                .contains("the kernel refuses");
        assertThat(host.status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        assertThat(host.status().reason()).contains("the kernel refuses");
        firewall.refuses = false;
        host.apply(CONNECTED);
        assertThat(events).hasSize(2).last().asString().startsWith("ARMED");
        assertThat(host.status().limitations()).noneMatch(sentence -> sentence.contains("the kernel refuses"));
    }

    @Test
    void configuration_kernelRefusesToAllowMore_isSaidUntilItIsInForce() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        var before = firewall.kernel;
        events.clear();
        firewall.refuses = true;
        Allowance lan = new Allowance(true, List.of(), List.of(), List.of());
        host.configure(new Settings(Optional.of(KillSwitchMode.AUTO), lan, false));
        assertThat(firewall.kernel).isEqualTo(before);
        assertThat(events)
                .singleElement()
                .asString()
                .startsWith("ARMED")
                .contains("those of before stay in force")
                .contains("the kernel refuses");
        firewall.refuses = false;
        assertThat(host.rulesChanged()).isTrue();
        assertThat(host.status().limitations())
                .as("the old rules were put back, the new ones are not in force yet")
                .anyMatch(sentence -> sentence.contains("the kernel refuses"));
        host.apply(CONNECTED);
        assertThat(firewall.kernel).contains(FilterPlan.of(CONNECTED, lan, false));
        assertThat(host.status().limitations()).noneMatch(sentence -> sentence.contains("the kernel refuses"));
    }

    @Test
    void start_kernelRefuses_isSaid() {
        firewall.refuses = true;
        HostKillSwitch host = start(KillSwitchMode.LOCKDOWN);
        assertThat(events).singleElement().asString().startsWith("DISARMED").contains("everything passes");
        assertThat(host.status().reason()).contains("the kernel refuses");
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        for (int look = 0; !condition.getAsBoolean(); look++) {
            assertThat(look).as("%s: looks", what).isLessThan(3_000);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** L34: no coordinator wants a tunnel, so nobody else asks again. */
    @Test
    void configuration_kernelRefusesForAWhile_isTriedAgainByItself() throws Exception {
        try (HostKillSwitch host = start(KillSwitchMode.OFF)) {
            firewall.refuses = true;
            host.configure(new Settings(Optional.of(KillSwitchMode.LOCKDOWN), Allowance.NONE, false));
            await("a second refusal", () -> tries(host) > 1);
            assertThat(host.status().state()).isEqualTo(State.DISARMED);
            assertThat(events).as("a refusal is said once").hasSize(1);
            synchronized (host) {
                firewall.refuses = false;
            }
            await("the rules", () -> host.status().state() == State.BLOCKED);
            assertThat(firewall.kernel).isPresent();
            assertThat(events)
                    .hasSize(2)
                    .last()
                    .asString()
                    .startsWith("BLOCKED")
                    .contains("in force now");
            assertThat(host.status().limitations()).noneMatch(sentence -> sentence.contains("the kernel refuses"));
        }
    }

    @Test
    void secondAttemptBreaks_isTriedAgainAllTheSame() throws Exception {
        firewall.refuses = true;
        try (HostKillSwitch host = start(KillSwitchMode.LOCKDOWN)) {
            synchronized (host) {
                firewall.refuses = false;
                firewall.breaks = true;
            }
            await("the rules", () -> host.status().state() == State.BLOCKED);
        }
    }

    private long tries(HostKillSwitch host) {
        synchronized (host) {
            return firewall.calls.stream().filter("set"::equals).count();
        }
    }

    @Test
    void start_kernelRefusesForAWhile_isTriedAgainByItself() throws Exception {
        firewall.refuses = true;
        try (HostKillSwitch host = start(KillSwitchMode.LOCKDOWN)) {
            synchronized (host) {
                firewall.refuses = false;
            }
            await("the rules", () -> host.status().state() == State.BLOCKED);
        }
    }

    @Test
    void policy_kernelRefusesForAWhile_isTriedAgainByItself() throws Exception {
        try (HostKillSwitch host = start(KillSwitchMode.LOCKDOWN)) {
            firewall.refuses = true;
            FirewallPolicy none = new FirewallPolicy.Disconnected(false, OwnTraffic.NONE, TUNNEL);
            assertThatThrownBy(() -> host.apply(none)).hasMessageContaining("the kernel refuses");
            synchronized (host) {
                firewall.refuses = false;
            }
            Filter wanted = FilterPlan.of(none, Allowance.NONE, true);
            await("the rules", () -> kernel(host).equals(Optional.of(wanted)));
        }
    }

    private Optional<Filter> kernel(HostKillSwitch host) {
        synchronized (host) {
            return firewall.kernel;
        }
    }

    @Test
    void interfaceComes_kernelRefusesForAWhile_theGuardIsSetAgain() throws Exception {
        try (HostKillSwitch host = start(KillSwitchMode.LOCKDOWN)) {
            host.apply(CONNECTED);
            firewall.refuses = true;
            host.interfaceCame();
            long before = tries(host);
            synchronized (host) {
                firewall.refuses = false;
            }
            await("the guard", () -> tries(host) > before);
            await(
                    "no trouble",
                    () -> host.status().limitations().stream()
                            .noneMatch(sentence -> sentence.contains("the kernel refuses")));
        }
    }

    /** Else ours would be taken for the administrator's ever after. */
    @Test
    void settingsCannotBePutBack_areKnownForTheNextTime() throws Exception {
        firewall.putBack = Map.of("other", "1");
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        firewall.refusesToRelax = true;
        assertThat(host.disarm().limitations()).contains("the settings cannot be put back");
        firewall.refusesToRelax = false;
        host.close();
        host = start(KillSwitchMode.AUTO);
        host.disarm();
        assertThat(firewall.relaxed).isEqualTo(Map.of("setting", "0"));
    }

    @Test
    void callBehindTheClose_touchesNothingAndDoesNotWatchAgain() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.LOCKDOWN);
        host.apply(CONNECTED);
        host.close();
        var rules = firewall.kernel;
        firewall.calls.clear();
        assertThatThrownBy(() -> host.apply(CONNECTING))
                .isInstanceOf(KillSwitchException.class)
                .hasMessageContaining("successor");
        assertThatThrownBy(() -> host.mode(KillSwitchMode.AUTO)).isInstanceOf(KillSwitchException.class);
        assertThatThrownBy(host::disarm).isInstanceOf(KillSwitchException.class);
        assertThatThrownBy(host::prove).isInstanceOf(KillSwitchException.class);
        host.configure(new Settings(
                Optional.of(KillSwitchMode.LOCKDOWN), new Allowance(true, List.of(), List.of(), List.of()), false));
        assertThat(firewall.calls).isEmpty();
        assertThat(firewall.kernel).isEqualTo(rules);
        assertThat(firewall.notices).isEmpty();
        assertThat(start(KillSwitchMode.LOCKDOWN).status().mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
    }

    @Test
    void start_rulesGoRightAfterTheLook_comeBack() throws Exception {
        start(KillSwitchMode.AUTO).apply(CONNECTED);
        firewall.notices = Optional.empty(); // its process was killed
        List<Thread> others = new ArrayList<>();
        firewall.afterLook = () -> {
            firewall.afterLook = () -> {};
            firewall.kernel = Optional.empty();
            firewall.notices.ifPresent(told -> others.add(Thread.ofPlatform().start(() -> told.rulesChanged())));
        };
        HostKillSwitch successor = start(KillSwitchMode.AUTO);
        for (Thread other : others) {
            other.join();
        }
        assertThat(firewall.kernel).isPresent();
        assertThat(successor.status().heals()).isEqualTo(1);
    }

    @Test
    void prove_rulesAreLost_sendsNothingAndSaysWhy() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        firewall.refuses = true;
        var ours = firewall.kernel;
        assertThat(host.rulesChanged()).isFalse();
        assertThat(host.prove().holds()).isFalse();
        assertThat(host.prove().sentence())
                .contains("nothing was sent")
                .contains("the kernel refuses")
                .contains("prove it again");
        firewall.refuses = false;
        assertThat(host.rulesChanged()).isTrue();
        firewall.kernel = Optional.empty();
        assertThat(host.prove().sentence()).contains("nothing was sent").contains("not in the kernel any more");
        assertThat(firewall.calls).doesNotContain("canaries");
        firewall.kernel = ours;
        assertThat(host.prove().holds()).isTrue();
    }

    /** A flush in the middle: the rules do not wait for the end of the proof, and the proof proves nothing. */
    @Test
    void prove_rulesGoMeanwhile_comeBackAtOnceAndNothingIsProved() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        var ours = firewall.kernel;
        firewall.whileProving = () -> {
            firewall.kernel = Optional.empty();
            Thread notice = Thread.ofPlatform().start(host::rulesChanged);
            try {
                notice.join(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertThat(firewall.kernel).as("while canaries are under way").isEqualTo(ours);
        };
        LeakProof proof = host.prove();
        assertThat(proof.holds()).isFalse();
        assertThat(proof.sentence()).contains("changed while the canaries were sent");
    }

    /** What got out is a leak, whoever took the rules away meanwhile. */
    @Test
    void prove_canaryGetsOutWhileTheRulesAreChanged_isSaidFirst() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.AUTO);
        host.apply(CONNECTED);
        firewall.outcome = LeakProof.Outcome.ESCAPED;
        firewall.whileProving = () -> host.rulesChanged();
        LeakProof proof = host.prove();
        assertThat(proof.holds()).isFalse();
        assertThat(proof.sentence())
                .startsWith("LEAK: 2 of 2 canaries left this machine")
                .contains("changed while the canaries were sent");
    }

    @Test
    void limitationOfTheBackend_isSaidOnceWhenItBegins() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.LOCKDOWN);
        events.clear();
        firewall.limitations = List.of("The guard is not there.");
        host.apply(CONNECTED);
        host.apply(CONNECTING);
        assertThat(events)
                .filteredOn(event -> event.contains("The guard is not there."))
                .hasSize(1);
        assertThat(host.status().limitations()).contains("The guard is not there.");
    }

    @Test
    void interfaceComes_kernelRefuses_isSaid() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.LOCKDOWN);
        host.apply(CONNECTED);
        events.clear();
        firewall.refuses = true;
        host.interfaceCame();
        assertThat(events)
                .singleElement()
                .asString()
                .startsWith("ARMED")
                .contains("those of before stay in force")
                .contains("the kernel refuses");
    }

    /** The cause may be gone by now: an operator who sets the mode again, or the next policy, gets what can be had. */
    @Test
    void limitationOfTheBackend_isTriedAgainWithTheSameRules() throws Exception {
        HostKillSwitch host = start(KillSwitchMode.LOCKDOWN);
        firewall.limitations = List.of("The guard is not there.");
        host.apply(CONNECTED);
        firewall.calls.clear();
        host.mode(KillSwitchMode.LOCKDOWN);
        assertThat(firewall.calls).containsExactly("set");
        firewall.limitations = List.of();
        host.mode(KillSwitchMode.LOCKDOWN);
        assertThat(host.status().limitations()).doesNotContain("The guard is not there.");
    }
}
