package io.sluice.netmon.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkState;
import io.sluice.netmon.spi.Reading;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The monitor on a clock that the test turns. */
class MonitorEngineTest {

    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final long START = Long.MAX_VALUE - 1_000_000_000L;

    /** Nanoseconds of the clock that stands still; starts so that it runs over. */
    private long now = START;

    /** Of the clock that does not. */
    private Duration elapsed = Duration.ofHours(1);

    private final MonitorEngine engine = new MonitorEngine(now, elapsed, false);
    private Reading network = online("eth0", 2, "192.0.2.10/24", "192.0.2.1");

    private static Reading online(String name, int index, String address, String gateway) {
        return new Reading(
                List.of(new HostInterface(name, index, true, 1500, false, List.of(IpPrefix.parse(address)))),
                Optional.of(new DefaultRoute(name, index, Optional.of(InetAddress.ofLiteral(gateway)), 100)),
                Optional.empty());
    }

    private static Reading offline() {
        return new Reading(List.of(), Optional.empty(), Optional.empty());
    }

    private void pass(Duration time) {
        now += time.toNanos();
        elapsed = elapsed.plus(time);
    }

    private List<Event> look() {
        if (!engine.due(now, Optional.of(elapsed))) {
            return List.of();
        }
        engine.looking();
        return engine.looked(network, AT, 0);
    }

    /** Lets time pass as the monitor's thread would, waking when it asks to; returns what was told. */
    private List<Event> run(Duration time) {
        List<Event> told = new ArrayList<>();
        long end = now + time.toNanos();
        while (end - now > 0) {
            long next = engine.next();
            pass(Duration.ofNanos(Math.max(1, Math.min(next - now, end - now))));
            told.addAll(look());
        }
        return told;
    }

    private static List<String> names(List<Event> events) {
        return events.stream().map(e -> e.getClass().getSimpleName()).toList();
    }

    @Test
    void looked_first_tellsWhatThereIs() {
        List<Event> events = look();
        assertThat(names(events)).containsExactly("Changed", "DefaultInterfaceChanged", "Resumed");
        NetworkChange change = ((Event.Changed) events.getFirst()).change();
        assertThat(change.before()).isEqualTo(NetworkState.UNKNOWN);
        assertThat(change.summary())
                .isEqualTo(
                        "IPv4 goes by eth0 via 192.0.2.1; eth0 has 192.0.2.10/24; eth0 came, up; there is a way out");
        assertThat(engine.state().source()).isEqualTo(NetworkState.Source.ANNOUNCED);
    }

    @Test
    void announced_quiet_lookedAtAfter250ms() {
        look();
        network = offline();
        long announced = now;
        engine.announced(false, now);
        List<Event> events = run(Duration.ofSeconds(1));
        assertThat(names(events)).containsExactly("Changed", "DefaultInterfaceChanged", "Paused");
        assertThat(((Event.Paused) events.getLast()).reason()).isEqualTo("there is no default interface");
        assertThat(engine.counters()).containsEntry("looks", 2L).containsEntry("networkChanges", 2L);
        assertThat(now - announced).isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void announced_whileReading_isLookedAtAgain() {
        look();
        engine.announced(true, now);
        pass(Coalescer.QUIET);
        assertThat(engine.due(now, Optional.of(elapsed))).isTrue();
        engine.looking();
        Reading read = network;
        network = offline();
        engine.announced(false, now);
        assertThat(names(engine.looked(read, AT, 0))).containsExactly("RoutesChanged");
        assertThat(names(run(Duration.ofSeconds(1)))).containsExactly("Changed", "DefaultInterfaceChanged", "Paused");
    }

    @Test
    void announced_storm_lookedAtEveryTwoSecondsAndNotLater() {
        look();
        long first = now;
        List<Long> looks = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            network = i % 2 == 0 ? offline() : online("eth0", 2, "192.0.2.10/24", "192.0.2.1");
            engine.announced(false, now);
            long before = engine.counters().get("looks");
            run(Duration.ofMillis(100));
            if (engine.counters().get("looks") > before) {
                looks.add((now - first) / 1_000_000);
            }
        }
        assertThat(looks).containsExactly(2000L, 4000L, 6000L, 8000L, 10000L);
    }

    @Test
    void announced_nothingDiffers_nothingTold() {
        look();
        engine.announced(false, now);
        assertThat(run(Duration.ofSeconds(3))).isEmpty();
        assertThat(engine.recent()).hasSize(1);
    }

    @Test
    void announced_routesOfOthers_toldOnceForABurst() {
        look();
        for (int i = 0; i < 20; i++) {
            engine.announced(true, now);
            run(Duration.ofMillis(10));
        }
        assertThat(names(run(Duration.ofSeconds(1)))).containsExactly("RoutesChanged");
        assertThat(engine.counters()).containsEntry("routeUpdates", 1L);
    }

    @Test
    void clocks_machineSlept_toldWithinFiveSecondsOfWaking() {
        look();
        run(Duration.ofSeconds(12));
        elapsed = elapsed.plus(Duration.ofHours(8));
        List<Event> events = run(Duration.ofSeconds(5));
        assertThat(names(events)).containsExactly("Changed");
        NetworkChange change = ((Event.Changed) events.getFirst()).change();
        assertThat(change.timeJumped()).isTrue();
        assertThat(change.rebindRequired()).isTrue();
        assertThat(change.summary()).isEqualTo("the machine was asleep or halted for 28800 s");
        assertThat(run(Duration.ofMinutes(1))).isEmpty();
    }

    @Test
    void clocks_processHalted_told() {
        look();
        pass(Duration.ofSeconds(60));
        assertThat(((Event.Changed) look().getFirst()).change().jump()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void clocks_shortOfProcessorTimeOrUnreadable_nothingTold() {
        look();
        for (int i = 0; i < 50; i++) {
            pass(Duration.ofSeconds(14));
            assertThat(engine.due(now, i % 3 == 0 ? Optional.empty() : Optional.of(elapsed)))
                    .as("round " + i)
                    .isFalse();
        }
    }

    @Test
    void sleep_saidByTheSystem_pausedAtOnceAndResumedAtOnce() {
        look();
        engine.sleep(true);
        List<Event> going = look();
        assertThat(names(going)).containsExactly("Changed", "Paused");
        assertThat(((Event.Paused) going.getLast()).reason()).isEqualTo("the machine goes to sleep");
        assertThat(engine.state().online()).isFalse();
        pass(Duration.ofSeconds(1));
        elapsed = elapsed.plus(Duration.ofHours(1));
        engine.sleep(false);
        List<Event> woken = look();
        assertThat(names(woken)).containsExactly("Changed", "Resumed");
        assertThat(((Event.Changed) woken.getFirst()).change().jump()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void sleep_wakeNeverSaid_knownByTheClocks() {
        look();
        engine.sleep(true);
        look();
        elapsed = elapsed.plus(Duration.ofHours(1));
        assertThat(names(run(Duration.ofSeconds(5)))).containsExactly("Changed", "Resumed");
    }

    @Test
    void polling_withoutAnnouncements_lookedAtEveryFiveSeconds() {
        engine.polling(true);
        look();
        assertThat(engine.state().source()).isEqualTo(NetworkState.Source.POLLED);
        network = online("eth1", 3, "198.51.100.7/24", "198.51.100.1");
        List<Event> events = run(Duration.ofSeconds(6));
        assertThat(names(events)).containsExactly("Changed", "DefaultInterfaceChanged");
        engine.polling(false);
        look();
        assertThat(engine.state().source()).isEqualTo(NetworkState.Source.ANNOUNCED);
    }

    @Test
    void unread_triedAgainSoon() {
        engine.looking();
        engine.unread(now);
        assertThat(engine.due(now, Optional.of(elapsed))).isFalse();
        pass(Coalescer.QUIET);
        assertThat(engine.due(now, Optional.of(elapsed))).isTrue();
    }

    @Test
    void recent_many_bounded() {
        for (int i = 0; i < 100; i++) {
            network = i % 2 == 0 ? offline() : online("eth0", 2, "192.0.2.10/24", "192.0.2.1");
            engine.announced(false, now);
            run(Duration.ofSeconds(1));
        }
        assertThat(engine.recent()).hasSize(MonitorEngine.RECENT);
    }
}
