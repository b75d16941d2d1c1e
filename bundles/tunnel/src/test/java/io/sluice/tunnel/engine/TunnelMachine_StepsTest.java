package io.sluice.tunnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The steps of a start, their order, and what a fault at each of them undoes. */
class TunnelMachine_StepsTest {

    private static final List<String> START = List.of(
            "cleanUp",
            "write held",
            "open sluice0 persistent",
            "attach sluice0",
            "set sluice0 mark 81",
            "write started held");

    private static final List<String> REMOVE_INTERFACE =
            List.of("close sluice0 persistent", "open sluice0", "close sluice0");

    @Test
    void start_takesEveryStepInOrder() {
        Bench bench = Bench.ready("0.0.0.0/0");

        bench.run(new Command.Start());

        assertThat(bench.host.calls).isEqualTo(START);
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
        assertThat(bench.machine.status().device()).contains("sluice0");
        assertThat(bench.machine.status().startedAt()).contains(Bench.NOON);
        assertThat(bench.events)
                .containsExactly(
                        "CONNECTING: check the rooms",
                        "CONNECTING: remove leftovers",
                        "CONNECTING: open the TUN device",
                        "CONNECTING: attach the IP stack",
                        "CONNECTING: set the routes",
                        "CONNECTING: redirect TCP",
                        "CONNECTING: set the host's resolver",
                        "CONNECTING: write the state",
                        "CONNECTED: traffic on sluice0 is taken in");
    }

    @Test
    void start_withoutRoutes_touchesNoRoute() {
        Bench bench = Bench.ready();

        bench.run(new Command.Start());

        assertThat(bench.host.calls).noneMatch(c -> c.startsWith("set"));
        assertThat(bench.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void stop_undoesEveryStepInReverse() {
        Bench bench = Bench.connected("0.0.0.0/0");

        bench.run(new Command.Stop("enough"));

        assertThat(bench.host.calls)
                .containsExactly(
                        "write held",
                        "cleanUp",
                        "detach INBOUND_WITHDRAWN",
                        "close sluice0 persistent",
                        "open sluice0",
                        "close sluice0",
                        "write");
        assertThat(bench.kind()).isEqualTo(TunnelState.DISCONNECTED);
        assertThat(bench.machine.status().device()).isEmpty();
    }

    @Test
    void stop_completesThoughUndoingFails() {
        Bench bench = Bench.connected("0.0.0.0/0");
        bench.host.faults.addAll(List.of("cleanUp", "detach", "open"));

        bench.run(new Command.Stop("enough"));

        assertThat(bench.kind()).isEqualTo(TunnelState.DISCONNECTED);
        assertThat(bench.host.calls)
                .containsSubsequence("cleanUp", "detach INBOUND_WITHDRAWN", "close sluice0 persistent");
        assertThat(bench.context.memory().held()).as("still to be removed").isPresent();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void fault_undoesWhatWasDoneAndEndsInError(String fault, ErrorCause cause, String message, List<String> calls) {
        Bench bench = Bench.ready("0.0.0.0/0");
        bench.host.faults.add(fault);

        bench.run(new Command.Start());

        TunnelError error = bench.machine.status().error().orElseThrow();
        assertThat(error.cause()).isEqualTo(cause);
        assertThat(error.message()).contains(message).endsWith(".");
        assertThat(error.remedy()).isNotBlank().endsWith(".");
        assertThat(bench.kind()).isEqualTo(TunnelState.ERROR);
        assertThat(bench.host.calls).isEqualTo(calls);
        assertThat(bench.events.getLast()).startsWith("ERROR: ");
        assertThat(bench.events).contains("error " + cause);
        assertThat(bench.delayed)
                .as("an operator's start does not come back by itself")
                .isEmpty();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(
                        "cleanUp", ErrorCause.ROUTE_REFUSED, "earlier run", List.of("cleanUp", "write ROUTE_REFUSED")),
                Arguments.of(
                        "open",
                        ErrorCause.NOT_PERMITTED,
                        "EPERM",
                        List.of("cleanUp", "write held", "open sluice0 persistent", "write", "write NOT_PERMITTED")),
                Arguments.of(
                        "attach",
                        ErrorCause.STACK_FAILED,
                        "could not take over sluice0",
                        joined(START.subList(0, 4), REMOVE_INTERFACE, List.of("write", "write STACK_FAILED"))),
                Arguments.of(
                        "link",
                        ErrorCause.INTERNAL,
                        "'attach the IP stack' broke: io/sluice/netstack/Gone",
                        joined(START.subList(0, 4), REMOVE_INTERFACE, List.of("write", "write INTERNAL"))),
                Arguments.of(
                        "set",
                        ErrorCause.ROUTE_REFUSED,
                        "Operation not permitted",
                        joined(
                                START.subList(0, 5),
                                List.of("detach INBOUND_WITHDRAWN"),
                                REMOVE_INTERFACE,
                                List.of("write", "write ROUTE_REFUSED"))),
                Arguments.of(
                        "write",
                        ErrorCause.INTERNAL,
                        "No space left",
                        joined(
                                START,
                                List.of("write held", "cleanUp", "detach INBOUND_WITHDRAWN"),
                                REMOVE_INTERFACE,
                                List.of("write", "write INTERNAL"))));
    }

    @SafeVarargs
    private static List<String> joined(List<String>... lists) {
        return Arrays.stream(lists).flatMap(List::stream).toList();
    }

    @Test
    void absentRooms_areNamedTogether() {
        Bench bench = Bench.ready("0.0.0.0/0");
        Rooms some = new Rooms(
                Optional.empty(),
                Map.of("system", bench.host.stack("")),
                bench.rooms().acceptor(),
                Optional.empty(),
                bench.rooms().egress(),
                Optional.empty());
        bench.machine.handle(new Command.ServiceGone(Room.TUN, some));

        bench.run(new Command.Start());

        TunnelError error = bench.machine.status().error().orElseThrow();
        assertThat(error.cause()).isEqualTo(ErrorCause.SERVICE_ABSENT);
        assertThat(error.message()).startsWith("The tunnel needs tun, netstack, route, which are not active: ");
        assertThat(error.remedy()).isEqualTo("See why with tun:diag, netstack:diag, route:diag.");
        assertThat(bench.host.calls).containsExactly("write SERVICE_ABSENT");
    }

    @Test
    void noEgress_isRefused() {
        Bench bench = Bench.ready();
        Rooms rooms = bench.rooms();
        bench.machine.handle(new Command.ServiceGone(
                Room.EGRESS,
                new Rooms(
                        rooms.driver(),
                        rooms.stacks(),
                        rooms.acceptor(),
                        rooms.routes(),
                        Optional.empty(),
                        Optional.empty())));

        bench.run(new Command.Start());

        assertThat(bench.machine.status().error().orElseThrow().message()).contains("egress");
    }

    @Test
    void routesWithoutMark_areRefused() {
        Bench limited = Bench.ready("0.0.0.0/0");
        limited.host.mark = 0;
        limited.host.limitation = Optional.of("setting marks needs CAP_NET_ADMIN");
        Bench unmarked = Bench.ready("0.0.0.0/0");
        unmarked.host.mark = 0;
        Bench withoutRoutes = Bench.ready();
        withoutRoutes.host.mark = 0;

        limited.run(new Command.Start());
        unmarked.run(new Command.Start());
        withoutRoutes.run(new Command.Start());

        assertThat(limited.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.NOT_PERMITTED);
        assertThat(limited.machine.status().error().orElseThrow().message()).contains("CAP_NET_ADMIN");
        assertThat(unmarked.machine.status().error().orElseThrow().cause()).isEqualTo(ErrorCause.LOOP);
        assertThat(withoutRoutes.kind()).isEqualTo(TunnelState.CONNECTED);
    }

    @Test
    void leftoverInterfaceOfAnotherName_isRemovedFirst() {
        Memory memory = Memory.EMPTY
                .withProfile(FakeHost.profile(), false)
                .withHeld(Optional.of(new io.sluice.api.tun.TunConfig(
                        "old0", 1500, List.of(), 1, java.util.OptionalInt.empty(), false, true)));
        Bench bench = new Bench(memory);
        bench.context.rooms(bench.host.rooms());

        bench.run(new Command.Start());

        assertThat(bench.host.calls)
                .startsWith("cleanUp", "open old0", "close old0", "write", "write held", "open sluice0 persistent");
    }
}
