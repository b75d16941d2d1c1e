package io.sluice.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkState;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.rest.engine.Pulse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NoticesTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    private final Notices notices = new Notices(() -> NOON);
    private final List<Pulse.Event> told = new ArrayList<>();

    private static NetworkState state(NetworkState.Source source, boolean asleep) {
        return new NetworkState(NOON, source, List.of(), Optional.empty(), Optional.empty(), asleep);
    }

    @Test
    void happened_isToldAsOneEventEach() {
        notices.add(told::add);
        notices.restored("another program changed the tunnel's routes or rules");
        notices.error(new TunnelError(ErrorCause.TUN_GONE, "It failed.", "Wait.", NOON));
        NetworkState before = state(NetworkState.Source.ANNOUNCED, false);
        notices.networkChanged(new NetworkChange(before, state(NetworkState.Source.ANNOUNCED, true), Duration.ZERO));

        assertThat(told).extracting(Pulse.Event::name).containsOnly("notice");
        assertThat(told)
                .extracting(Pulse.Event::data)
                .containsExactly(
                        "{\"at\":\"2026-11-01T12:00:00Z\",\"room\":\"tunnel\",\"kind\":\"restored\","
                                + "\"what\":\"another program changed the tunnel's routes or rules\"}",
                        "{\"at\":\"2026-11-01T12:00:00Z\",\"room\":\"tunnel\",\"kind\":\"error\","
                                + "\"what\":\"It failed. Wait.\"}",
                        "{\"at\":\"2026-11-01T12:00:00Z\",\"room\":\"network\",\"kind\":\"changed\","
                                + "\"what\":\"the machine goes to sleep\"}");
    }

    @Test
    void firstHeardOfTheNetwork_andAfterRemoval_nothingIsTold() {
        Consumer<Pulse.Event> taker = told::add;
        notices.add(taker);
        notices.networkChanged(
                new NetworkChange(NetworkState.UNKNOWN, state(NetworkState.Source.ANNOUNCED, false), Duration.ZERO));
        notices.remove(taker);
        notices.restored("something");
        assertThat(told).isEmpty();
    }
}
