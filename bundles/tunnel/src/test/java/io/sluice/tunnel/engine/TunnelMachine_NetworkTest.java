package io.sluice.tunnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelState;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the coordinator does when the network or the profile is another one, and when other programs meddle. */
class TunnelMachine_NetworkTest {

    private static final TunnelProfile PROFILE = withServers(FakeHost.profile("0.0.0.0/0"), "172.19.0.2");

    private final Bench bench = Bench.guardedAndConnected(PROFILE);

    private static TunnelProfile withServers(TunnelProfile profile, String... servers) {
        return new TunnelProfile(
                profile.tun(),
                profile.stack(),
                profile.tcp(),
                profile.include(),
                profile.exclude(),
                List.of(servers).stream().map(InetAddress::ofLiteral).toList(),
                List.of(),
                profile.table(),
                profile.rulePriority(),
                profile.autoRedirect(),
                profile.autoStart());
    }

    private void tell(Command command) {
        bench.forget();
        bench.run(command);
    }

    @Test
    void firstHeard_stays() {
        tell(Networks.online(bench.now, "192.0.2.1"));
        assertThat(bench.host.calls).isEmpty();
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void anotherGateway_setAgainInTheFixedOrder_theDeviceStays() {
        tell(Networks.online(bench.now, "192.0.2.1"));
        tell(Networks.online(bench.now, "192.0.2.254"));
        assertThat(bench.host.calls).containsExactly("set sluice0 mark 81", "dns [/172.19.0.2]");
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void noWayOut_heldAndSaid_thenSetAgain() {
        tell(Networks.online(bench.now, "192.0.2.1"));
        tell(Networks.offline(bench.now));
        assertThat(bench.kind()).isEqualTo(TunnelState.OFFLINE);
        assertThat(bench.host.calls).as("everything is held").isEmpty();
        assertThat(bench.machine.status().reason())
                .isEqualTo("the host has no way out (no IPv4, no IPv6); sluice0 is held until it has");
        assertThat(bench.machine.status().since()).isEqualTo(bench.now);
        tell(Networks.online(bench.now, "192.0.2.1"));
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.host.calls).containsExactly("set sluice0 mark 81", "dns [/172.19.0.2]");
    }

    @Test
    void start_withoutAWayOut_standsAndWaits() {
        Bench fresh = Bench.guarded(PROFILE);
        fresh.run(Networks.told(fresh.now, null));
        fresh.run(new Command.Start());
        assertThat(fresh.kind()).isEqualTo(TunnelState.OFFLINE);
        fresh.run(Networks.online(fresh.now.plusSeconds(1), "192.0.2.1"));
        assertThat(fresh.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void error_comesBackWithTheNetwork_oncePerSecondAtMost() {
        Bench flapping = Bench.guarded(PROFILE);
        flapping.host.faults.add("set");
        flapping.run(new Command.AutoStart());
        assertThat(flapping.kind()).isEqualTo(TunnelState.ERROR);
        flapping.host.calls.clear();
        for (int i = 0; i < 50; i++) {
            flapping.run(Networks.told(flapping.now, null));
            flapping.run(Networks.told(flapping.now, "192.0.2.1"));
            flapping.now = flapping.now.plus(Duration.ofMillis(100));
        }
        long attempts = flapping.host.calls.stream()
                .filter(c -> c.startsWith("open sluice0 p"))
                .count();
        assertThat(attempts).as("in five seconds").isBetween(4L, 5L);
    }

    @Test
    void deviceDeletedOrRenamed_connectedAnewAtOnce_butNotTwiceASecond() {
        for (Command damage : List.of(
                Networks.told(bench.now.plusSeconds(60), "192.0.2.1"),
                Networks.told(bench.now.plusSeconds(60), "192.0.2.1", Networks.tun("other0", Networks.TUN, true)))) {
            tell(damage);
            assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
            assertThat(bench.delayed).isEmpty();
            assertThat(bench.events).anyMatch(e -> e.startsWith("restored"));
            assertThat(bench.host.calls)
                    .noneMatch(c -> c.contains("Disconnected"))
                    .containsSubsequence("policy Connecting", "open sluice0 persistent", "policy Connected");
            bench.now = bench.now.plusSeconds(2);
        }
        tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1"));
        tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1"));
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.machine.status().blocked()).isTrue();
        assertThat(bench.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.TUN_GONE);
        assertThat(bench.delays).containsExactly(BackOff.BETWEEN_ATTEMPTS);
        bench.run(bench.delayed.getLast());
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    /** F12: whoever takes the device away, after the driver was exchanged some times, is no reason to stay away for long. */
    @Test
    void deviceLostSomeTimesInARow_isMadeAnewWithinASecondEachTime() {
        for (int i = 0; i < BackOff.LOSSES; i++) {
            bench.now = bench.now.plus(Duration.ofMillis(300));
            tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1"));
            if (bench.kind() == TunnelState.ERROR) {
                assertThat(bench.delays.getLast()).isEqualTo(Duration.ofMillis(700));
                bench.now = bench.now.plusMillis(700);
                bench.run(bench.delayed.getLast());
            }
            assertThat(bench.kind()).as("loss %d", i).isEqualTo(TunnelState.CONNECTED);
        }
        assertThat(bench.delays).hasSize(BackOff.LOSSES - 1);
    }

    @Test
    void deviceSwitchedOffOrChanged_isMendedWithItsFlows() {
        List<HostInterface> changed = List.of(
                Networks.tun("sluice0", Networks.TUN, false),
                new HostInterface("sluice0", Networks.TUN, true, 1500, true, List.of()),
                new HostInterface(
                        "sluice0", Networks.TUN, true, 600, true, PROFILE.tun().addresses()));
        for (HostInterface now : changed) {
            tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1", now));
            assertThat(bench.host.calls).containsExactly("mend sluice0", "set sluice0 mark 81", "dns [/172.19.0.2]");
            assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
            assertThat(bench.events)
                    .anyMatch(e -> e.startsWith("restored another program changed the tunnel's device"));
        }
    }

    @Test
    void deviceThatCannotBeMended_isMadeAnew_butNotTwiceASecond() {
        bench.host.faults.add("mend");
        tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1", Networks.tun("sluice0", Networks.TUN, false)));
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.host.calls).contains("close sluice0 persistent", "open sluice0 persistent");
        tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1", Networks.tun("sluice0", Networks.TUN, false)));
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.machine.status().blocked()).isTrue();
        assertThat(bench.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.TUN_GONE);
        bench.run(bench.delayed.getLast());
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void deviceRenamed_isRemovedUnderItsNewName() {
        tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1", Networks.tun("other0", Networks.TUN, true)));
        assertThat(bench.host.calls).containsSubsequence("close sluice0 persistent", "open other0", "close other0");
        assertThat(bench.context.memory().held().orElseThrow().name())
                .as("the one that is open now")
                .isEqualTo("sluice0");
    }

    /** F12: it is seen switched off, and renamed before it can be switched on: nothing of its name is there any more. */
    @Test
    void deviceRenamedWhileItIsMended_isRemovedUnderItsNewName() {
        bench.host.faults.addAll(List.of("set", "open"));
        tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1", Networks.tun("sluice0", Networks.TUN, false)));
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.context.memory().held()).as("could not be removed").isPresent();
        tell(Networks.told(bench.now.plusSeconds(61), "192.0.2.1", Networks.tun("other0", Networks.TUN, false)));
        bench.host.faults.clear();
        tell(new Command.Start());
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.host.calls).containsSubsequence("open other0", "close other0", "open sluice0 persistent");
    }

    /** F12: the monitor sees the first damage and the second as one. */
    @Test
    void deviceDamagedInTheSameWayAgain_isLookedForAfterItWasMended() {
        tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1", Networks.tun("sluice0", Networks.TUN, false)));
        assertThat(bench.delays).containsExactly(Upkeep.LOOK_AGAIN);
        tell(new Command.RoutesChanged());
        assertThat(bench.host.calls).as("our own change").doesNotContain("mend sluice0");
        bench.now = bench.now.plus(Upkeep.LOOK_AGAIN);
        tell(bench.delayed.getLast());
        assertThat(bench.host.calls).contains("mend sluice0");
        assertThat(bench.delays).as("as long as there is something to mend").hasSize(2);
    }

    @Test
    void clockIsSetBackAfterTheDeviceWasMended_isLookedForAllTheSame() {
        tell(Networks.told(bench.now.plusSeconds(60), "192.0.2.1", Networks.tun("sluice0", Networks.TUN, false)));
        bench.now = bench.now.minusSeconds(3600);
        tell(bench.delayed.getLast());
        assertThat(bench.host.calls).contains("mend sluice0");
    }

    /** A leftover that cannot be removed yet, and a device that is somebody else's: that one must not be taken for it. */
    @Test
    void deviceThatIsNotOurs_isNotTakenForTheOneThatWasLeft() {
        TunConfig left = PROFILE.tun();
        Bench other = new Bench(Memory.EMPTY.withHeld(Optional.of(left)));
        TunConfig theirs = new TunConfig(
                "theirs0", left.mtu(), left.addresses(), left.queues(), left.descriptor(), true, left.offload());
        TunnelProfile profile =
                new TunnelProfile(theirs, "user", PROFILE.include(), PROFILE.exclude(), 2022, 9000, false);
        other.host.faults.add("open sluice0");
        other.run(new Command.ServiceBack(Room.EGRESS, other.host.guarded()));
        other.run(new Command.SaveProfile(profile, false));
        other.run(new Command.Start());
        assertThat(other.kind()).isEqualTo(TunnelState.CONNECTED);
        for (String name : List.of("theirs0", "renamed0")) {
            other.run(Networks.told(other.now.plusSeconds(60), "192.0.2.1", Networks.tun(name, Networks.TUN, true)));
            assertThat(other.context.memory().held().orElseThrow().name()).isEqualTo("sluice0");
        }
    }

    @Test
    void stateReadBeforeTheDeviceWasOpened_tellsNothingOfIt() {
        long before = System.nanoTime() - Duration.ofMinutes(1).toNanos();
        tell(Networks.told(bench.now.plusSeconds(60), before, "192.0.2.1"));
        assertThat(bench.host.calls).noneMatch(c -> c.startsWith("open"));
    }

    /** F22: whoever sets the clock back does not hide from us what happens to the device. */
    @Test
    void deviceDeleted_afterTheClockWasSetBack_isSeenAllTheSame() {
        tell(Networks.told(bench.now.minusSeconds(3600), "192.0.2.1"));
        assertThat(bench.host.calls).contains("open sluice0 persistent");
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void routesOfOurs_removedByAnother_putBackAndSaid() {
        bench.host.entries.removeFirst();
        tell(new Command.RoutesChanged());
        assertThat(bench.host.calls).containsExactly("set sluice0 mark 81");
        assertThat(bench.events)
                .containsExactly(
                        "restored another program changed the tunnel's routes or rules: 1 of 2 entries were put back");
        tell(new Command.RoutesChanged());
        assertThat(bench.events).as("nothing was missing").isEmpty();
    }

    @Test
    void routesRefused_onTheWay_towardsBlocked() {
        bench.host.faults.add("set");
        tell(new Command.RoutesChanged());
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.host.calls.getFirst()).isEqualTo("set sluice0 mark 81");
        assertThat(bench.host.calls).contains("policy Blocked");
        assertThat(bench.machine.status().blocked()).isTrue();
    }

    @Test
    void profile_otherRoutesAndServers_comeIntoForceWithTheDeviceOpen() {
        tell(new Command.SaveProfile(withServers(FakeHost.profile("10.0.0.0/8"), "172.19.0.2", "172.19.0.3"), true));
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.host.calls)
                .containsExactly(
                        "write started held",
                        "set sluice0 mark 81",
                        "dns [/172.19.0.2, /172.19.0.3]",
                        "policy Connected");
        assertThat(bench.host.entries).contains("route " + List.of(IpPrefix.parse("10.0.0.0/8")));
        tell(new Command.SaveProfile(FakeHost.profile(), true));
        assertThat(bench.host.calls)
                .containsExactly("write started held", "cleanUp", "dns cleanUp", "policy Connected");
    }

    private static TunnelProfile narrower() {
        return new TunnelProfile(
                new io.sluice.api.tun.TunConfig(
                        "sluice0", 1280, PROFILE.tun().addresses(), 1, java.util.OptionalInt.empty(), false, true),
                "user",
                PROFILE.include(),
                List.of(),
                2022,
                9000,
                false);
    }

    @Test
    void profile_anotherDevice_connectedAnewAndClosedMeanwhile() {
        tell(new Command.SaveProfile(narrower(), true));
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.host.calls)
                .containsSubsequence(
                        "policy Connecting", "close sluice0 persistent", "open sluice0 persistent", "policy Connected");
        assertThat(bench.host.calls).noneMatch(c -> c.contains("Disconnected") || c.contains("Blocked"));
    }

    @ParameterizedTest
    @CsvSource({"BBR, false, 552", "CUBIC, true, 552", "CUBIC, false, 1000"})
    void profile_otherTcpSettings_connectedAnew(CongestionAlgorithm algorithm, boolean abort, int minPathMtu) {
        TunnelProfile other = new TunnelProfile(
                PROFILE.tun(),
                PROFILE.stack(),
                new TcpSettings(algorithm, abort, minPathMtu),
                PROFILE.include(),
                PROFILE.exclude(),
                PROFILE.table(),
                PROFILE.rulePriority(),
                false,
                false);
        tell(new Command.SaveProfile(other, true));
        assertThat(bench.host.calls)
                .containsSubsequence(
                        "policy Connecting", "close sluice0 persistent", "open sluice0 persistent", "policy Connected");
    }

    /** At a start of the appliance its configuration may come while the tunnel of before is being connected. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 7})
    void profile_savedWhileItConnects_isInForceOnceItIsConnected(int steps) {
        Bench other = Bench.guarded(PROFILE);
        other.machine.handle(new Command.Start());
        for (int step = 0; step < steps; step++) {
            other.machine.handle(new Command.Proceed());
        }
        other.run(new Command.SaveProfile(withServers(FakeHost.profile("10.0.0.0/8"), "172.19.0.3"), true));

        assertThat(other.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(other.host.entries).contains("route " + List.of(IpPrefix.parse("10.0.0.0/8")));
        assertThat(other.host.calls).contains("dns [/172.19.0.3]");
    }

    @Test
    void profile_ofAnotherDevice_savedWhileItConnects_isInForceOnceItIsConnected() {
        Bench other = Bench.guarded(PROFILE);
        other.machine.handle(new Command.Start());
        for (int step = 0; step < 4; step++) {
            other.machine.handle(new Command.Proceed());
        }
        other.run(new Command.SaveProfile(narrower(), true));

        assertThat(other.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(other.host.calls)
                .containsSubsequence("open sluice0 persistent", "close sluice0 persistent", "open sluice0 persistent")
                .endsWith("policy Connected");
    }

    @Test
    void profile_sameOrOnlyAutoStart_nothingIsDone() {
        tell(new Command.SaveProfile(PROFILE.withAutoStart(true), true));
        assertThat(bench.host.calls).containsExactly("write started held");
    }

    @Test
    void resolver_absent_saidAndSetWhenItComes() {
        Bench without = Bench.ready("0.0.0.0/0");
        without.run(new Command.SaveProfile(PROFILE, false));
        without.run(new Command.Start());
        assertThat(without.machine.status().reason()).contains("the host's resolver is left as it is");
        without.forget();
        without.run(new Command.ServiceBack(Room.DNS, without.host.guarded()));
        assertThat(without.host.calls).contains("dns [/172.19.0.2]");
        assertThat(without.machine.status().reason()).isEqualTo("traffic on sluice0 is taken in");
    }

    @Test
    void resolver_refused_undoneAndBlocked() {
        Bench refused = Bench.guarded(PROFILE);
        refused.host.faults.add("dns");
        refused.run(new Command.Start());
        assertThat(refused.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.DNS_REFUSED);
        assertThat(refused.machine.status().blocked()).isTrue();
    }

    @Test
    void stop_givesTheResolverBackBeforeTheRoutes() {
        tell(new Command.Stop("enough"));
        assertThat(bench.host.calls).containsSubsequence("dns cleanUp", "cleanUp", "close sluice0 persistent");
    }

    @Test
    void backOff_jittered_neverOverThirtySeconds() {
        assertThat(BackOff.delay(1, 0)).isEqualTo(Duration.ofMillis(375));
        assertThat(BackOff.delay(1, 1)).isEqualTo(Duration.ofMillis(500));
        assertThat(BackOff.delay(50, 1)).isEqualTo(BackOff.LONGEST);
        assertThat(BackOff.delay(50, 0.5)).isEqualTo(Duration.ofMillis(26_250));
    }
}
