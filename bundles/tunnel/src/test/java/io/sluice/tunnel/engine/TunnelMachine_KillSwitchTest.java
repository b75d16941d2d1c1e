package io.sluice.tunnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.api.killswitch.OwnTraffic.Endpoint;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Reach;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunException;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelState;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The kill switch is told first, and what fails leads towards what is closed. */
class TunnelMachine_KillSwitchTest {

    private static Rooms without(Rooms rooms) {
        return new Rooms(
                rooms.driver(),
                rooms.stacks(),
                rooms.acceptor(),
                rooms.routes(),
                rooms.egress(),
                rooms.redirector(),
                rooms.hostDns(),
                Optional.empty(),
                rooms.reaches());
    }

    private static Rooms reaching(Rooms rooms, Reach... reaches) {
        return new Rooms(
                rooms.driver(),
                rooms.stacks(),
                rooms.acceptor(),
                rooms.routes(),
                rooms.egress(),
                rooms.redirector(),
                rooms.hostDns(),
                rooms.killSwitch(),
                List.of(reaches));
    }

    private static Bench connected() {
        return Bench.guardedAndConnected(FakeHost.profile("0.0.0.0/0"));
    }

    private static List<String> policies(Bench bench) {
        return bench.host.calls.stream().filter(c -> c.startsWith("policy")).toList();
    }

    @Test
    void appearing_isToldOfADisconnectionThatNobodyAskedFor() {
        Bench bench = new Bench();
        bench.run(new Command.ServiceBack(Room.KILLSWITCH, bench.host.guarded()));
        assertThat(bench.host.policy)
                .isInstanceOfSatisfying(
                        FirewallPolicy.Disconnected.class,
                        p -> assertThat(p.byOperator()).isFalse());
    }

    @Test
    void start_closedBeforeAnythingIsTouched_openForTheDeviceWhenAllStands() {
        Bench bench = Bench.guarded(FakeHost.profile("0.0.0.0/0"));
        bench.run(new Command.Start());
        assertThat(bench.host.calls.getFirst()).isEqualTo("policy Connecting");
        assertThat(bench.host.calls.getLast()).isEqualTo("policy Connected");
        assertThat(policies(bench)).containsExactly("policy Connecting", "policy Connected");
        assertThat(bench.host.policy)
                .isEqualTo(new FirewallPolicy.Connected(
                        new OwnTraffic(0x51, List.of(Endpoint.ANY)),
                        "sluice0",
                        List.of(IpPrefix.parse("172.19.0.1/30")),
                        List.of()));
        assertThat(bench.machine.status().blocked()).isFalse();
        assertThat(bench.context.memory().killSwitch()).isTrue();
        assertThat(bench.context.memory().resume())
                .as("a crash comes back connected")
                .isTrue();
    }

    @Test
    void stop_closedWhileUndoing_opensLastAndOnce() {
        Bench bench = connected();
        bench.run(new Command.Stop("enough"));
        assertThat(bench.host.calls.getFirst()).isEqualTo("policy Connecting");
        assertThat(policies(bench)).containsExactly("policy Connecting", "policy Disconnected by operator");
        assertThat(bench.context.memory().resume()).isFalse();
        bench.forget();
        bench.run(new Command.OutboundsChanged(reaching(bench.host.guarded(), Reach.NOWHERE)));
        assertThat(policies(bench)).as("another outbound opens nothing").containsExactly("policy Disconnected");
    }

    @Test
    void stopOfTheAppliance_opensNothing() {
        Bench bench = connected();
        bench.run(new Command.Stop("the appliance stops", false));
        assertThat(policies(bench)).containsExactly("policy Connecting", "policy Disconnected");
        assertThat(bench.context.memory().resume())
                .as("the next process comes back connected")
                .isTrue();
        bench.run(new Command.Stop("enough"));
        assertThat(bench.context.memory().resume()).isFalse();
    }

    @Test
    void error_blocked() {
        Bench bench = connected();
        bench.host.faults.add("open");
        bench.run(new Command.DeviceFailed(1, new TunException(TunException.Code.TUN_GONE, "sluice0: EBADFD")));
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(policies(bench)).containsExactly("policy Connecting", "policy Blocked");
        assertThat(bench.machine.status().blocked()).isTrue();
    }

    @Test
    void rulesRefused_whileConnecting_errorAndStillClosed() {
        Bench bench = Bench.guarded(FakeHost.profile("0.0.0.0/0"));
        bench.host.faults.add("policy Connected");
        bench.run(new Command.Start());
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.KILLSWITCH_REFUSED);
        assertThat(bench.machine.status().blocked()).isTrue();
        assertThat(bench.host.policy).isInstanceOf(FirewallPolicy.Blocked.class);
        assertThat(bench.host.calls).contains("cleanUp", "close sluice0 persistent");
        bench.host.faults.clear();
        bench.run(bench.delayed.getLast());
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void rulesLost_whileConnected_errorAndTheDeviceIsGone() {
        Bench bench = connected();
        bench.host.faults.add("policy");
        bench.run(new Command.KillSwitchChanged(KillSwitchMode.LOCKDOWN, KillSwitchStatus.State.DISARMED));
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.KILLSWITCH_REFUSED);
        assertThat(bench.host.calls).anyMatch(c -> c.startsWith("close sluice0"));
        bench.host.faults.clear();
        bench.forget();
        bench.run(new Command.KillSwitchChanged(KillSwitchMode.LOCKDOWN, KillSwitchStatus.State.ARMED));
        assertThat(policies(bench))
                .as("what could not be set is set when it can be")
                .containsExactly("policy Blocked");
    }

    /** L34: each refusal takes some ten milliseconds, and what is said of it waits for all of them. */
    @Test
    void rulesLost_theSameRulesAreNotAskedForAtEachStep() {
        Bench bench = connected();
        bench.host.faults.add("policy");
        bench.run(new Command.KillSwitchChanged(KillSwitchMode.LOCKDOWN, KillSwitchStatus.State.DISARMED));
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(policies(bench)).containsExactly("policy Connected", "policy Blocked");
        bench.run(new Command.OutboundsChanged(bench.rooms()));
        assertThat(policies(bench)).as("a moment later").hasSize(2);
        bench.now = bench.now.plus(BackOff.BETWEEN_ATTEMPTS);
        bench.run(new Command.OutboundsChanged(bench.rooms()));
        assertThat(policies(bench)).as("a second later").hasSize(3);
    }

    @Test
    void rulesRefused_anotherReasonIsNoOtherRules_anotherKillSwitchIsAsked() {
        Bench bench = Bench.guarded(FakeHost.profile("0.0.0.0/0"));
        Rooms all = bench.rooms();
        bench.host.faults.add("policy");
        bench.run(new Command.ServiceGone(Room.TUN, withoutDriver(all, all)));
        bench.forget();
        bench.run(new Command.AutoStart());
        Rooms fewer = new Rooms(
                Optional.empty(),
                all.stacks(),
                all.acceptor(),
                Optional.empty(),
                all.egress(),
                all.redirector(),
                all.hostDns(),
                all.killSwitch(),
                all.reaches());
        bench.run(new Command.ServiceGone(Room.ROUTE, fewer));
        assertThat(bench.machine.status().reason()).isEqualTo("waiting for tun, route");
        assertThat(policies(bench)).containsExactly("policy Blocked");
        FakeHost next = new FakeHost();
        bench.run(new Command.ServiceBack(Room.KILLSWITCH, withoutDriver(all, next.guarded())));
        assertThat(next.policy).isInstanceOf(FirewallPolicy.Blocked.class);
    }

    /** It has heard of the others, and may still make them true by itself: what is wanted now is to be its last word. */
    @Test
    void rulesRefused_thenThoseOfBeforeAreWanted_areGivenAgain() {
        Bench bench = Bench.guarded(FakeHost.profile("0.0.0.0/0"));
        Rooms all = bench.rooms();
        bench.run(new Command.ServiceGone(Room.TUN, withoutDriver(all, all)));
        bench.run(new Command.AutoStart());
        bench.forget();
        bench.host.faults.add("policy");
        bench.run(new Command.Stop("enough"));
        bench.host.faults.clear();
        bench.run(new Command.AutoStart());
        assertThat(policies(bench)).containsExactly("policy Disconnected by operator", "policy Blocked");
    }

    @Test
    void rulesLost_butTaken_staysConnected() {
        Bench bench = connected();
        bench.forget();
        bench.run(new Command.KillSwitchChanged(KillSwitchMode.LOCKDOWN, KillSwitchStatus.State.DISARMED));
        assertThat(policies(bench)).containsExactly("policy Connected");
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void rulesRefused_altogether_nothingIsBuilt() {
        Bench bench = Bench.guarded(FakeHost.profile("0.0.0.0/0"));
        bench.host.faults.add("policy");
        bench.run(new Command.Start());
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.host.calls).noneMatch(c -> c.startsWith("open") || c.startsWith("set"));
    }

    @Test
    void absent_thoughItsRulesAreInForce_nothingIsConnected() {
        Bench bench = connected();
        bench.run(new Command.Stop("the appliance stops", false));
        bench.run(new Command.ServiceGone(Room.KILLSWITCH, without(bench.rooms())));
        bench.run(new Command.Start());
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.KILLSWITCH_ABSENT);
        bench.now = bench.now.plusSeconds(2);
        bench.run(new Command.ServiceBack(Room.KILLSWITCH, bench.host.guarded()));
        assertThat(bench.host.policy).isInstanceOf(FirewallPolicy.Blocked.class);
        bench.run(new Command.Start());
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void goesWhileConnected_staysConnected_andItsSuccessorIsTold() {
        Bench bench = connected();
        bench.run(new Command.ServiceGone(Room.KILLSWITCH, without(bench.rooms())));
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.machine.status().reason()).contains("the kill switch is not active, its rules stay");
        FakeHost next = new FakeHost();
        bench.run(new Command.ServiceBack(Room.KILLSWITCH, next.guarded()));
        assertThat(next.policy).isInstanceOf(FirewallPolicy.Connected.class);
    }

    @Test
    void neverThere_isNotNeeded() {
        Bench bench = Bench.ready("0.0.0.0/0");
        bench.run(new Command.Start());
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.machine.status().blocked()).isFalse();
    }

    @Test
    void modeOff_isNotRemembered() {
        Bench bench = new Bench();
        bench.host.mode = KillSwitchMode.OFF;
        bench.run(new Command.ServiceBack(Room.KILLSWITCH, bench.host.guarded()));
        assertThat(bench.context.memory().killSwitch()).isFalse();
        bench.run(new Command.KillSwitchChanged(KillSwitchMode.LOCKDOWN, KillSwitchStatus.State.BLOCKED));
        assertThat(bench.context.memory().killSwitch()).isTrue();
        assertThat(bench.machine.status().blocked()).isTrue();
        assertThat(bench.events).last().isEqualTo("DISCONNECTED: not started");
    }

    @Test
    void waitingForRooms_wanted_blocked() {
        Bench bench = Bench.guarded(FakeHost.profile("0.0.0.0/0"));
        Rooms all = bench.host.guarded();
        Rooms noDriver = withoutDriver(all, all);
        bench.run(new Command.ServiceGone(Room.TUN, noDriver));
        bench.run(new Command.AutoStart());
        assertThat(bench.kind()).isEqualTo(TunnelState.DISCONNECTED);
        assertThat(bench.host.policy).isInstanceOf(FirewallPolicy.Blocked.class);
    }

    @Test
    void own_theServersOfTheOutbounds() {
        Bench bench = connected();
        InetSocketAddress byAddress = new InetSocketAddress("192.0.2.7", 1080);
        InetSocketAddress byName = InetSocketAddress.createUnresolved("proxy.example", 443);
        bench.run(new Command.OutboundsChanged(reaching(
                bench.host.guarded(), Reach.of(byAddress, Network.TCP), Reach.of(byName, Network.UDP), Reach.NOWHERE)));
        assertThat(Set.copyOf(bench.host.policy.own().endpoints()))
                .containsExactlyInAnyOrder(
                        new Endpoint(Optional.of(IpPrefix.parse("192.0.2.7/32")), 1080, Optional.of(Network.TCP)),
                        new Endpoint(Optional.empty(), 443, Optional.of(Network.UDP)),
                        new Endpoint(Optional.empty(), 53, Optional.of(Network.UDP)),
                        new Endpoint(Optional.empty(), 53, Optional.of(Network.TCP)));
        bench.host.mark = 0;
        bench.run(new Command.OutboundsChanged(reaching(bench.host.guarded(), Reach.ANYWHERE)));
        assertThat(bench.host.policy.own()).as("without a mark nobody is known").isEqualTo(OwnTraffic.NONE);
    }

    private static TunnelProfile at(String address) {
        TunConfig tun =
                new TunConfig("sluice0", 1500, List.of(IpPrefix.parse(address)), 1, OptionalInt.empty(), false, true);
        return new TunnelProfile(tun, "user", List.of(IpPrefix.parse("0.0.0.0/0")), List.of(), 2022, 9000, false);
    }

    /** Gives the command; every policy on the way knows these addresses of the device, which may be there. */
    private static void runKnowing(Bench bench, Command command, String... addresses) {
        IpPrefix[] known = Stream.of(addresses).map(IpPrefix::parse).toArray(IpPrefix[]::new);
        bench.machine.handle(command);
        assertThat(bench.host.policy.addresses()).contains(known);
        while (!bench.machine.settled()) {
            bench.machine.handle(new Command.Proceed());
            assertThat(bench.host.policy.addresses())
                    .as("%s", bench.host.policy)
                    .contains(known);
        }
    }

    @Test
    void everyPolicy_knowsTheAddressesThatTheDeviceMayHave() {
        String old = "172.19.0.1/30";
        String other = "172.20.0.1/30";
        Bench bench = Bench.guarded(at(old));
        assertThat(bench.host.policy).isInstanceOf(FirewallPolicy.Disconnected.class);
        runKnowing(bench, new Command.Start(), old);
        bench.now = bench.now.plusSeconds(2);
        Rooms all = bench.host.guarded();
        Rooms noDriver = withoutDriver(all, bench.rooms());
        runKnowing(bench, new Command.ServiceGone(Room.TUN, noDriver), old);
        assertThat(bench.host.policy).isInstanceOf(FirewallPolicy.Blocked.class);
        // The interface is kept for the driver's successor.
        runKnowing(bench, new Command.SaveProfile(at(other), false), old, other);
        runKnowing(bench, new Command.Stop("enough"), old, other);
        assertThat(bench.host.policy).isInstanceOf(FirewallPolicy.Disconnected.class);
        assertThat(policies(bench)).contains("policy Connecting", "policy Connected", "policy Blocked");
    }

    @Test
    void anotherAddress_bothAreKnownWhileItIsExchanged() {
        Bench bench = Bench.guardedAndConnected(at("172.19.0.1/30"));
        bench.machine.handle(new Command.SaveProfile(at("172.20.0.1/30"), false));
        assertThat(bench.host.policy)
                .isInstanceOfSatisfying(
                        FirewallPolicy.Connecting.class,
                        policy -> assertThat(policy.addresses())
                                .containsExactly(IpPrefix.parse("172.19.0.1/30"), IpPrefix.parse("172.20.0.1/30")));
        bench.settle();
        assertThat(bench.host.policy)
                .isInstanceOfSatisfying(
                        FirewallPolicy.Connected.class,
                        policy -> assertThat(policy.addresses()).containsExactly(IpPrefix.parse("172.20.0.1/30")));
    }

    @Test
    void sameOutbounds_notToldTwice() {
        Bench bench = connected();
        bench.run(new Command.OutboundsChanged(bench.host.guarded()));
        assertThat(policies(bench)).isEmpty();
    }

    /** The same, but with no driver, and with the kill switch of these. */
    private static Rooms withoutDriver(Rooms all, Rooms guarded) {
        return new Rooms(
                Optional.empty(),
                all.stacks(),
                all.acceptor(),
                all.routes(),
                all.egress(),
                all.redirector(),
                all.hostDns(),
                guarded.killSwitch(),
                all.reaches());
    }
}
