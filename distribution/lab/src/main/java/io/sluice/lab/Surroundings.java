package io.sluice.lab;

import io.sluice.lab.NameServers.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** F09 and F22: what the appliance is told by others, its proxy's address and the time of day. */
final class Surroundings {

    /** Of a stream, while the clock is false: more than what lies in buffers on the way. */
    private static final int MORE = 1 << 20;

    private Surroundings() {}

    static List<Injection> all() {
        return List.of(
                Injection.of("F09", "name servers are silent, fail, lie, dawdle, or want TCP; the proxy has a name")
                        // The row's figure is a query's; the client's attempt is within it here.
                        .within(2)
                        .breaking(Surroundings::troubledNames)
                        .restoring(Surroundings::address),
                clock());
    }

    private static Injection clock() {
        String title = "the clock is set to another hour in the middle of Shadowsocks 2022 sessions";
        if (FalseClock.library().isEmpty()) {
            return Injection.absent("F22", title, "libfaketime is not installed (package faketime)");
        }
        return Injection.of("F22", title)
                .within(5)
                .breaking(Surroundings::falseHour)
                .healing((w, dice) -> w.clock.orElseThrow().set(Duration.ZERO))
                .restoring((w, dice) -> w.apply(w.config().withProtocol(GatewayConfig.SOCKS)));
    }

    /** One of two servers is in trouble when the name is asked for the first time; or both are, when it has been asked before. */
    private static void troubledNames(World w, Random dice) {
        GatewayConfig named = w.config().withRelay(Places.RELAY_NAME);
        if (dice.nextBoolean()) {
            Trouble[] any = {Trouble.SILENT, Trouble.FAILING, Trouble.SLOW, Trouble.LYING, Trouble.TCP_ONLY};
            w.names.trouble(any[dice.nextInt(any.length)], Trouble.NONE);
            w.apply(named);
            return;
        }
        w.apply(named);
        Waiting.until("the tunnel to a proxy with a name", w::carries);
        Trouble[] dead = {Trouble.SILENT, Trouble.FAILING, Trouble.SLOW};
        Trouble both = dead[dice.nextInt(dead.length)];
        w.names.trouble(both, both);
        // The answer is no longer fresh then.
        Waiting.pause(1_000L * NameServers.TTL + dice.nextInt(100, 400));
    }

    private static void address(World w, Random dice) {
        w.names.trouble(Trouble.NONE, Trouble.NONE);
        w.apply(w.config().withRelay(Places.RELAY4));
    }

    /** What is under way goes on; what is new has no answer, and the log says why that may be. */
    private static void falseHour(World w, Random dice) throws IOException {
        w.apply(w.config().withProtocol(GatewayConfig.SHADOWSOCKS));
        Waiting.until("the tunnel by Shadowsocks", w::carries);
        try (OneStream stream = new OneStream(w)) {
            stream.read(MORE);
            Duration hour = Duration.ofMinutes(dice.nextInt(2, 600));
            w.clock.orElseThrow().set(dice.nextBoolean() ? hour : hour.negated());
            stream.read(MORE);
        }
        if (w.carriesAnything()) {
            throw new IllegalStateException("a new session with a false clock is answered");
        }
        if (!Waiting.within(Duration.ofSeconds(30), () -> !w.carriesAnything() && saysClocks(w))) {
            throw new IllegalStateException("new sessions have no answer, and nothing names the clocks");
        }
    }

    private static boolean saysClocks(World w) throws IOException {
        String log = Files.readString(w.box.log());
        return log.lastIndexOf("the clocks of both hosts") > log.lastIndexOf("answers again");
    }
}
