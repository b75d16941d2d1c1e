package io.sluice.tunnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.netstack.IpStack;
import io.sluice.api.netstack.StackException;
import io.sluice.api.tun.TunException;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelState;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Services that go away and come back while the tunnel is up. */
class TunnelMachine_SwapTest {

    private final Bench bench = Bench.connected("0.0.0.0/0");
    private final Rooms rooms = bench.rooms();

    @Test
    void stackSwap_holdsTheDeviceAndAttachesTheSuccessor() {
        bench.run(new Command.ServiceGone(
                Room.STACK,
                new Rooms(
                        rooms.driver(), Map.of(), rooms.acceptor(), rooms.routes(), rooms.egress(), Optional.empty())));
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.machine.status().reason()).startsWith("sluice0 is held, waiting for netstack");

        bench.run(new Command.ServiceBack(
                Room.STACK,
                new Rooms(
                        rooms.driver(),
                        Map.of("user", bench.host.stack("2")),
                        rooms.acceptor(),
                        rooms.routes(),
                        rooms.egress(),
                        Optional.empty())));

        assertThat(bench.host.calls).containsExactly("detach INBOUND_WITHDRAWN", "attach2 sluice0");
        assertThat(bench.machine.status().reason()).isEqualTo("traffic on sluice0 is taken in");
    }

    @Test
    void stackSuccessor_thatCannotAttach_undoesEverythingAndComesBack() {
        bench.host.faults.add("attach");

        bench.run(new Command.ServiceBack(
                Room.STACK,
                new Rooms(
                        rooms.driver(),
                        Map.of("user", bench.host.stack("2")),
                        rooms.acceptor(),
                        rooms.routes(),
                        rooms.egress(),
                        Optional.empty())));

        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.host.calls)
                .containsExactly(
                        "detach INBOUND_WITHDRAWN",
                        "attach2 sluice0",
                        "write held",
                        "cleanUp",
                        "close sluice0 persistent",
                        "open sluice0",
                        "close sluice0",
                        "write",
                        "write STACK_FAILED");
        bench.host.faults.clear();
        bench.run(bench.delayed.getLast());
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.machine.status().error()).as("forgotten after a start").isEmpty();
    }

    private Rooms stacks(Map<String, IpStack> stacks) {
        return new Rooms(rooms.driver(), stacks, rooms.acceptor(), rooms.routes(), rooms.egress(), Optional.empty());
    }

    @Test
    void stackOfAnotherKind_takesOverTheOpenDevice() {
        bench.run(new Command.ServiceBack(
                Room.STACK, stacks(Map.of("user", rooms.stacks().get("user"), "system", bench.host.stack("-system")))));
        bench.forget();

        bench.run(new Command.SaveProfile(FakeHost.profile("0.0.0.0/0").withStack("system"), true));

        assertThat(bench.host.calls)
                .containsExactly("write started held", "detach INBOUND_WITHDRAWN", "attach-system sluice0");
        assertThat(bench.machine.status().reason()).isEqualTo("traffic on sluice0 is taken in");
        bench.forget();
        bench.run(new Command.SaveProfile(FakeHost.profile("0.0.0.0/0"), true));
        assertThat(bench.host.calls)
                .containsExactly("write started held", "detach-system INBOUND_WITHDRAWN", "attach sluice0");
    }

    @Test
    void stackOfAnotherKind_thatIsNotThere_takesOverWhenItComes() {
        bench.run(new Command.SaveProfile(FakeHost.profile("0.0.0.0/0").withStack("system"), true));
        assertThat(bench.host.calls).containsExactly("write started held");
        assertThat(bench.machine.status().reason())
                .isEqualTo("traffic on sluice0 is taken in; the system stack takes over when it is there");
        bench.forget();

        bench.run(new Command.ServiceBack(
                Room.STACK, stacks(Map.of("user", rooms.stacks().get("user"), "system", bench.host.stack("-system")))));

        assertThat(bench.host.calls).containsExactly("detach INBOUND_WITHDRAWN", "attach-system sluice0");
        assertThat(bench.machine.status().reason()).isEqualTo("traffic on sluice0 is taken in");
    }

    @Test
    void stackOfAnotherKind_thatCannotAttach_leavesTheDeviceToTheOneBefore() {
        bench.run(new Command.ServiceBack(
                Room.STACK, stacks(Map.of("user", rooms.stacks().get("user"), "system", (device, acceptor, config) -> {
                    throw new StackException("no neighbour", null);
                }))));
        bench.forget();

        bench.run(new Command.SaveProfile(FakeHost.profile("0.0.0.0/0").withStack("system"), true));

        assertThat(bench.host.calls)
                .containsExactly("write started held", "detach INBOUND_WITHDRAWN", "attach sluice0");
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.machine.status().reason())
                .startsWith("traffic on sluice0 is taken in; it stays with the user stack: ")
                .contains("no neighbour");
    }

    @Test
    void acceptorSwap_rejectsInBetween() {
        bench.run(new Command.ServiceGone(
                Room.FLOW,
                new Rooms(
                        rooms.driver(),
                        rooms.stacks(),
                        Optional.empty(),
                        rooms.routes(),
                        rooms.egress(),
                        Optional.empty())));
        bench.run(new Command.ServiceBack(Room.FLOW, rooms));

        assertThat(bench.host.calls).containsExactly("acceptor none", "acceptor some");
        assertThat(bench.events)
                .containsExactly(
                        "CONNECTED: sluice0 is held, waiting for flow: nothing takes the flows",
                        "CONNECTED: traffic on sluice0 is taken in");
    }

    @Test
    void routeManagerSwap_keepsTheRoutesAndSetsThemAgain() {
        bench.run(new Command.ServiceGone(
                Room.ROUTE,
                new Rooms(
                        rooms.driver(),
                        rooms.stacks(),
                        rooms.acceptor(),
                        Optional.empty(),
                        rooms.egress(),
                        Optional.empty())));
        assertThat(bench.host.calls).isEmpty();

        bench.run(new Command.ServiceBack(
                Room.ROUTE,
                new Rooms(
                        rooms.driver(),
                        rooms.stacks(),
                        rooms.acceptor(),
                        Optional.of(bench.host.routes("2")),
                        rooms.egress(),
                        Optional.empty())));

        assertThat(bench.host.calls).containsExactly("set2 sluice0 mark 81");
    }

    @Test
    void egressSwap_setsTheRoutesForTheNewMark() {
        bench.run(new Command.ServiceGone(
                Room.EGRESS,
                new Rooms(
                        rooms.driver(),
                        rooms.stacks(),
                        rooms.acceptor(),
                        rooms.routes(),
                        Optional.empty(),
                        Optional.empty())));
        bench.host.mark = 99;
        bench.run(new Command.ServiceBack(Room.EGRESS, rooms));

        assertThat(bench.host.calls).containsExactly("set sluice0 mark 99");
    }

    @Test
    void egressThatCannotMark_isALoopAndStopsTheTunnel() {
        bench.host.mark = 0;

        bench.run(new Command.ServiceBack(Room.EGRESS, rooms));

        assertThat(bench.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.LOOP);
        assertThat(bench.delayed).as("time does not cure it").isEmpty();
    }

    @Test
    void driverSwap_keepsTheInterfaceAndComesBackWithTheNextDriver() {
        bench.run(new Command.ServiceGone(
                Room.TUN,
                new Rooms(
                        Optional.empty(),
                        rooms.stacks(),
                        rooms.acceptor(),
                        rooms.routes(),
                        rooms.egress(),
                        Optional.empty())));
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.TUN_GONE);
        assertThat(bench.host.calls)
                .containsExactly(
                        "write held",
                        "cleanUp",
                        "detach INBOUND_WITHDRAWN",
                        "close sluice0 persistent",
                        "write TUN_GONE held");
        bench.forget();

        bench.run(new Command.ServiceBack(
                Room.TUN,
                new Rooms(
                        Optional.of(bench.host.driver("2")),
                        rooms.stacks(),
                        rooms.acceptor(),
                        rooms.routes(),
                        rooms.egress(),
                        Optional.empty())));

        assertThat(bench.host.calls).contains("open2 sluice0 persistent");
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void stopWithoutDriver_removesTheInterfaceWhenOneComes() {
        bench.run(new Command.ServiceGone(
                Room.TUN,
                new Rooms(
                        Optional.empty(),
                        rooms.stacks(),
                        rooms.acceptor(),
                        rooms.routes(),
                        rooms.egress(),
                        Optional.empty())));
        bench.run(new Command.Stop("enough"));
        bench.forget();

        bench.run(new Command.ServiceBack(Room.TUN, rooms));

        assertThat(bench.host.calls).containsExactly("open sluice0", "close sluice0", "write TUN_GONE");
        assertThat(bench.kind()).isEqualTo(TunnelState.DISCONNECTED);
    }

    @Test
    void stopWithoutRouteManager_removesTheRoutesWhenOneComes() {
        bench.run(new Command.ServiceGone(
                Room.ROUTE,
                new Rooms(
                        rooms.driver(),
                        rooms.stacks(),
                        rooms.acceptor(),
                        Optional.empty(),
                        rooms.egress(),
                        Optional.empty())));
        bench.run(new Command.Stop("enough"));
        bench.forget();

        bench.run(new Command.ServiceBack(Room.ROUTE, rooms));

        assertThat(bench.host.calls).containsExactly("cleanUp");
    }

    @Test
    void deviceThatFails_isReportedFromItsQueueAndMadeAnew_thenBacksOff() {
        bench.host.handler.failed(new TunException(TunException.Code.TUN_GONE, "sluice0: EBADFD"));
        bench.run(bench.reported.getFirst());
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.events).anyMatch(e -> e.startsWith("restored") && e.endsWith("It is made anew."));
        assertThat(bench.delays).isEmpty();

        for (int i = 0; i < 9; i++) {
            bench.reported.clear();
            bench.host.handler.failed(new TunException(TunException.Code.TUN_GONE, "sluice0: EBADFD"));
            assertThat(bench.reported).hasSize(1);
            bench.run(bench.reported.getFirst());
            assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
            bench.run(bench.delayed.getLast());
            assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        }
        assertThat(bench.delays)
                .as("the first one not sooner than a second after the start before")
                .containsExactly(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(8));

        bench.now = bench.now.plus(BackOff.SOUND);
        bench.host.handler.failed(new TunException(TunException.Code.TUN_GONE, "sluice0: EBADFD"));
        bench.run(bench.reported.getLast());
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.delays).hasSize(9);
    }

    @Test
    void failureOfAnEarlierDevice_isNotTakenForThisOne() {
        bench.run(new Command.DeviceFailed(0, new TunException(TunException.Code.TUN_GONE, "old")));

        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void stopWhileFailing_keepsTheErrorAndDoesNotComeBack() {
        bench.run(new Command.DeviceFailed(1, new TunException(TunException.Code.TUN_GONE, "sluice0: EBADFD")));
        bench.machine.handle(
                new Command.DeviceFailed(2, new TunException(TunException.Code.TUN_GONE, "sluice0: EBADFD")));
        bench.run(new Command.Stop("enough"));

        assertThat(bench.kind()).isEqualTo(TunnelState.DISCONNECTED);
        assertThat(bench.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.TUN_GONE);
        assertThat(bench.delayed).isEmpty();
    }

    @Test
    void startWithoutProfile_saysSo() {
        Bench empty = new Bench();

        empty.run(new Command.Start());

        assertThat(empty.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.PROFILE_MISSING);
    }

    @Test
    void waitingStart_removesRoutesOfAnEarlierRun() {
        Bench waiting = new Bench(Memory.EMPTY.withProfile(FakeHost.profile("0.0.0.0/0"), false));
        waiting.run(new Command.AutoStart());
        assertThat(waiting.machine.status().reason()).isEqualTo("waiting for tun, netstack, flow, route, egress");

        waiting.run(new Command.ServiceBack(
                Room.ROUTE,
                new Rooms(
                        Optional.empty(),
                        Map.of(),
                        Optional.empty(),
                        Optional.of(waiting.host.routes("")),
                        Optional.empty(),
                        Optional.empty())));

        assertThat(waiting.host.calls).containsExactly("cleanUp");
        assertThat(waiting.machine.status().reason()).isEqualTo("waiting for tun, netstack, flow, egress");
        waiting.run(new Command.ServiceBack(Room.TUN, waiting.host.rooms()));
        assertThat(waiting.kind()).isEqualTo(TunnelState.CONNECTED);
    }
}
