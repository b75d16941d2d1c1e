package io.sluice.tunnel.engine;

import static io.sluice.api.tunnel.TunnelState.CONNECTED;
import static io.sluice.api.tunnel.TunnelState.CONNECTING;
import static io.sluice.api.tunnel.TunnelState.DISCONNECTED;
import static io.sluice.api.tunnel.TunnelState.DISCONNECTING;
import static io.sluice.api.tunnel.TunnelState.ERROR;
import static io.sluice.api.tunnel.TunnelState.OFFLINE;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.tun.TunException;
import io.sluice.api.tunnel.TunnelState;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every state × every command: the state right after it, and the one it settles in. */
class TunnelMachine_TableTest {

    private static final Map<String, Supplier<Bench>> STATES = Map.of(
            "disconnected",
            () -> Bench.ready("0.0.0.0/0"),
            "disconnected, wanted",
            TunnelMachine_TableTest::waiting,
            "connecting",
            TunnelMachine_TableTest::connecting,
            "connected",
            () -> Bench.connected("0.0.0.0/0"),
            "offline",
            TunnelMachine_TableTest::offline,
            "disconnecting",
            TunnelMachine_TableTest::disconnecting,
            "error",
            () -> failed(false),
            "error, wanted",
            () -> failed(true));

    private static final Map<String, Function<Bench, Command>> COMMANDS = Map.ofEntries(
            entry("save", _ -> new Command.SaveProfile(FakeHost.profile("10.0.0.0/8"), false)),
            entry("start", _ -> new Command.Start()),
            entry("autoStart", _ -> new Command.AutoStart()),
            entry("stop", _ -> new Command.Stop("enough")),
            entry("applianceStops", _ -> new Command.Stop("the appliance stops", false)),
            entry(
                    "deviceFailed",
                    _ -> new Command.DeviceFailed(1, new TunException(TunException.Code.TUN_GONE, "sluice0: EBADFD"))),
            entry("driverGone", b -> new Command.ServiceGone(Room.TUN, withoutDriver(b.host.rooms()))),
            entry("allBack", b -> new Command.ServiceBack(Room.TUN, b.host.rooms())),
            entry("outbounds", b -> new Command.OutboundsChanged(b.rooms())),
            entry(
                    "killSwitch",
                    _ -> new Command.KillSwitchChanged(KillSwitchMode.OFF, KillSwitchStatus.State.DISARMED)),
            entry("online", b -> Networks.online(b.now, "192.0.2.1")),
            entry("offline", b -> Networks.offline(b.now)),
            entry("routes", _ -> new Command.RoutesChanged()),
            entry("retry", _ -> new Command.Retry(1)),
            entry("proceed", _ -> new Command.Proceed()));

    private static Rooms withoutDriver(Rooms rooms) {
        return new Rooms(
                Optional.empty(), rooms.stacks(), rooms.acceptor(), rooms.routes(), rooms.egress(), Optional.empty());
    }

    private static Bench waiting() {
        Bench bench = Bench.ready("0.0.0.0/0");
        bench.run(new Command.ServiceGone(Room.TUN, withoutDriver(bench.rooms())));
        return bench.run(new Command.AutoStart());
    }

    /** The device is open, the stack not attached yet. */
    private static Bench connecting() {
        Bench bench = Bench.ready("0.0.0.0/0");
        bench.machine.handle(new Command.Start());
        for (int i = 0; i < 3; i++) {
            bench.machine.handle(new Command.Proceed());
        }
        return bench;
    }

    private static Bench offline() {
        Bench bench = Bench.connected("0.0.0.0/0");
        return bench.run(Networks.offline(bench.now));
    }

    private static Bench disconnecting() {
        Bench bench = Bench.connected("0.0.0.0/0");
        bench.machine.handle(new Command.Stop("enough"));
        return bench;
    }

    private static Bench failed(boolean wanted) {
        Bench bench = Bench.ready("0.0.0.0/0");
        bench.host.faults.add("set");
        bench.run(wanted ? new Command.AutoStart() : new Command.Start());
        bench.host.faults.clear();
        bench.now = bench.now.plusSeconds(2);
        return bench;
    }

    @ParameterizedTest(name = "{0} × {1} → {2}, then {3}")
    @MethodSource("table")
    void state_command_outcome(String state, String command, TunnelState next, TunnelState settled) {
        Bench bench = STATES.get(state).get();

        bench.machine.handle(COMMANDS.get(command).apply(bench));

        assertThat(bench.kind()).isEqualTo(next);
        assertThat(bench.settle().kind()).isEqualTo(settled);
    }

    @Test
    void table_namesEveryPair() {
        assertThat(table().map(a -> a.get()[0] + " × " + a.get()[1]).distinct().count())
                .isEqualTo((long) STATES.size() * COMMANDS.size());
    }

    static Stream<Arguments> table() {
        return Stream.of(
                row("disconnected", "applianceStops", DISCONNECTED, DISCONNECTED),
                row("disconnected", "outbounds", DISCONNECTED, DISCONNECTED),
                row("disconnected", "killSwitch", DISCONNECTED, DISCONNECTED),
                row("disconnected", "online", DISCONNECTED, DISCONNECTED),
                row("disconnected", "offline", DISCONNECTED, DISCONNECTED),
                row("disconnected", "routes", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "applianceStops", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "outbounds", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "killSwitch", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "online", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "offline", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "routes", DISCONNECTED, DISCONNECTED),
                row("connecting", "applianceStops", DISCONNECTING, DISCONNECTED),
                row("connecting", "outbounds", CONNECTING, CONNECTED),
                row("connecting", "killSwitch", CONNECTING, CONNECTED),
                row("connecting", "online", CONNECTING, CONNECTED),
                row("connecting", "offline", CONNECTING, OFFLINE),
                row("connecting", "routes", CONNECTING, CONNECTED),
                row("connected", "applianceStops", DISCONNECTING, DISCONNECTED),
                row("connected", "outbounds", CONNECTED, CONNECTED),
                row("connected", "killSwitch", CONNECTED, CONNECTED),
                row("connected", "online", CONNECTED, CONNECTED),
                row("connected", "offline", OFFLINE, OFFLINE),
                row("connected", "routes", CONNECTED, CONNECTED),
                row("disconnecting", "applianceStops", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "outbounds", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "killSwitch", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "online", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "offline", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "routes", DISCONNECTING, DISCONNECTED),
                row("error", "applianceStops", DISCONNECTED, DISCONNECTED),
                row("error", "outbounds", ERROR, ERROR),
                row("error", "killSwitch", ERROR, ERROR),
                row("error", "online", ERROR, ERROR),
                row("error", "offline", ERROR, ERROR),
                row("error", "routes", ERROR, ERROR),
                row("error, wanted", "applianceStops", DISCONNECTED, DISCONNECTED),
                row("error, wanted", "outbounds", ERROR, ERROR),
                row("error, wanted", "killSwitch", ERROR, ERROR),
                row("error, wanted", "online", CONNECTING, CONNECTED),
                row("error, wanted", "offline", ERROR, ERROR),
                row("error, wanted", "routes", ERROR, ERROR),
                row("offline", "applianceStops", DISCONNECTING, DISCONNECTED),
                row("offline", "outbounds", OFFLINE, OFFLINE),
                row("offline", "killSwitch", OFFLINE, OFFLINE),
                row("offline", "online", CONNECTED, CONNECTED),
                row("offline", "offline", OFFLINE, OFFLINE),
                row("offline", "routes", OFFLINE, OFFLINE),
                row("offline", "save", OFFLINE, OFFLINE),
                row("offline", "start", OFFLINE, OFFLINE),
                row("offline", "autoStart", OFFLINE, OFFLINE),
                row("offline", "stop", DISCONNECTING, DISCONNECTED),
                row("offline", "deviceFailed", DISCONNECTING, OFFLINE),
                row("offline", "driverGone", DISCONNECTING, ERROR),
                row("offline", "allBack", DISCONNECTING, ERROR),
                row("offline", "retry", OFFLINE, OFFLINE),
                row("offline", "proceed", OFFLINE, OFFLINE),
                row("disconnected", "save", DISCONNECTED, DISCONNECTED),
                row("disconnected", "start", CONNECTING, CONNECTED),
                row("disconnected", "autoStart", CONNECTING, CONNECTED),
                row("disconnected", "stop", DISCONNECTED, DISCONNECTED),
                row("disconnected", "deviceFailed", DISCONNECTED, DISCONNECTED),
                row("disconnected", "driverGone", DISCONNECTED, DISCONNECTED),
                row("disconnected", "allBack", DISCONNECTED, DISCONNECTED),
                row("disconnected", "retry", DISCONNECTED, DISCONNECTED),
                row("disconnected", "proceed", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "save", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "start", CONNECTING, ERROR),
                row("disconnected, wanted", "autoStart", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "stop", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "deviceFailed", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "driverGone", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "allBack", CONNECTING, CONNECTED),
                row("disconnected, wanted", "retry", DISCONNECTED, DISCONNECTED),
                row("disconnected, wanted", "proceed", DISCONNECTED, DISCONNECTED),
                row("connecting", "save", CONNECTING, CONNECTED),
                row("connecting", "start", CONNECTING, CONNECTED),
                row("connecting", "autoStart", CONNECTING, CONNECTED),
                row("connecting", "stop", DISCONNECTING, DISCONNECTED),
                row("connecting", "deviceFailed", DISCONNECTING, ERROR),
                row("connecting", "driverGone", DISCONNECTING, ERROR),
                row("connecting", "allBack", DISCONNECTING, ERROR),
                row("connecting", "retry", CONNECTING, CONNECTED),
                row("connecting", "proceed", CONNECTING, CONNECTED),
                row("connected", "save", CONNECTED, CONNECTED),
                row("connected", "start", CONNECTED, CONNECTED),
                row("connected", "autoStart", CONNECTED, CONNECTED),
                row("connected", "stop", DISCONNECTING, DISCONNECTED),
                row("connected", "deviceFailed", DISCONNECTING, CONNECTED),
                row("connected", "driverGone", DISCONNECTING, ERROR),
                row("connected", "allBack", DISCONNECTING, ERROR),
                row("connected", "retry", CONNECTED, CONNECTED),
                row("connected", "proceed", CONNECTED, CONNECTED),
                row("disconnecting", "save", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "start", DISCONNECTING, CONNECTED),
                row("disconnecting", "autoStart", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "stop", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "deviceFailed", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "driverGone", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "allBack", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "retry", DISCONNECTING, DISCONNECTED),
                row("disconnecting", "proceed", DISCONNECTING, DISCONNECTED),
                row("error", "save", ERROR, ERROR),
                row("error", "start", CONNECTING, CONNECTED),
                row("error", "autoStart", CONNECTING, CONNECTED),
                row("error", "stop", DISCONNECTED, DISCONNECTED),
                row("error", "deviceFailed", ERROR, ERROR),
                row("error", "driverGone", ERROR, ERROR),
                row("error", "allBack", ERROR, ERROR),
                row("error", "retry", ERROR, ERROR),
                row("error", "proceed", ERROR, ERROR),
                row("error, wanted", "save", ERROR, ERROR),
                row("error, wanted", "start", CONNECTING, CONNECTED),
                row("error, wanted", "autoStart", CONNECTING, CONNECTED),
                row("error, wanted", "stop", DISCONNECTED, DISCONNECTED),
                row("error, wanted", "deviceFailed", ERROR, ERROR),
                row("error, wanted", "driverGone", ERROR, ERROR),
                row("error, wanted", "allBack", CONNECTING, CONNECTED),
                row("error, wanted", "retry", CONNECTING, CONNECTED),
                row("error, wanted", "proceed", ERROR, ERROR));
    }

    private static Arguments row(String state, String command, TunnelState next, TunnelState settled) {
        return Arguments.of(state, command, next, settled);
    }
}
