package io.sluice.rest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.net.Network;
import io.sluice.view.FailingOutbounds;
import io.sluice.view.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PulseTest {

    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private final Pulse pulse = new Pulse();

    private static Status status(long up, long down) {
        return status(up, down, Map.of());
    }

    private static Status status(long up, long down, Map<String, OutboundTrouble> troubles) {
        return new Status(
                Status.Word.OFF,
                "off",
                Optional.empty(),
                Optional.of(new FlowTotals(1, 1, up, down, Map.of(), Map.of())),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                0,
                new FailingOutbounds(new TreeMap<>(troubles), false),
                Optional.empty(),
                List.of());
    }

    private static FlowSnapshot flow(long id, long octets) {
        return new FlowSnapshot(
                id,
                new FlowSource(
                        Network.TCP,
                        "tun0",
                        new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 4),
                        new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 443),
                        Optional.empty()),
                FlowSnapshot.State.ACTIVE,
                Optional.empty(),
                Optional.empty(),
                octets,
                0,
                START,
                Duration.ZERO,
                Optional.empty(),
                Optional.empty());
    }

    private String data(List<Pulse.Event> events, String name) {
        return events.stream()
                .filter(event -> event.name().equals(name))
                .map(Pulse.Event::data)
                .findFirst()
                .orElse("");
    }

    @Test
    void rates_areDifferencesOverTime() {
        pulse.beat(status(1_000, 5_000), List.of(), START);
        List<Pulse.Event> events = pulse.beat(status(3_000, 9_000), List.of(), START.plusSeconds(2));
        assertThat(data(events, "totals")).contains("\"upRate\":1000", "\"downRate\":2000");
    }

    @Test
    void counterThatStartedAnew_hasNoRate() {
        pulse.beat(status(1_000, 5_000), List.of(), START);
        assertThat(data(pulse.beat(status(10, 20), List.of(), START.plusSeconds(1)), "totals"))
                .contains("\"upRate\":0", "\"downRate\":0");
    }

    @Test
    void status_isSentWhenItChanges() {
        assertThat(data(pulse.beat(status(0, 0), List.of(), START), "status")).contains("\"state\":\"off\"");
        assertThat(data(pulse.beat(status(5, 5), List.of(), START.plusSeconds(1)), "status"))
                .isEmpty();
    }

    @Test
    void trouble_isSentWhenItBegins_notWithEachFailure() {
        pulse.beat(status(0, 0), List.of(), START);
        assertThat(data(pulse.beat(status(0, 0, trouble(2)), List.of(), START.plusSeconds(1)), "status"))
                .contains("\"troubles\":[{\"outbound\":\"out\"");
        assertThat(data(pulse.beat(status(0, 0, trouble(3)), List.of(), START.plusSeconds(2)), "status"))
                .isEmpty();
        assertThat(data(pulse.beat(status(0, 0), List.of(), START.plusSeconds(3)), "status"))
                .contains("\"troubles\":[]");
    }

    private static Map<String, OutboundTrouble> trouble(int failures) {
        return Map.of(
                "out",
                new OutboundTrouble(
                        START, CloseReason.CONNECT_REFUSED, "said no", START.plusSeconds(failures), failures));
    }

    @Test
    void flows_areSentWhenTheyChange() {
        pulse.beat(status(0, 0), List.of(flow(1, 10), flow(2, 10)), START);
        String delta = data(pulse.beat(status(0, 0), List.of(flow(2, 11), flow(3, 1)), START.plusSeconds(1)), "flows");
        assertThat(delta).contains("\"id\":3", "\"id\":2", "\"removed\":[1]");
        assertThat(data(pulse.beat(status(0, 0), List.of(flow(2, 11), flow(3, 1)), START.plusSeconds(2)), "flows"))
                .isEmpty();
    }

    @Test
    void manyFlows_makeABoundedEvent() {
        List<FlowSnapshot> flows = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            flows.add(flow(i, i));
        }
        String event = data(pulse.beat(status(0, 0), flows, START), "flows");
        assertThat(event).contains("\"live\":20000", "\"id\":19999").doesNotContain("\"id\":19499,");
        assertThat(event.length()).isLessThan(150_000);
        assertThat(data(pulse.opening(flows), "flows"))
                .contains("\"reset\":true")
                .hasSizeLessThan(150_000);
    }

    @Test
    void firstListener_seesTheFlowsThatLive_andHearsWhenTheyGo() {
        pulse.beat(status(0, 0), List.of(), START); // nobody listens, so nobody asked for the flows
        assertThat(data(pulse.opening(List.of(flow(7, 10), flow(8, 10))), "flows"))
                .contains("\"live\":2", "\"id\":7", "\"id\":8");
        assertThat(data(pulse.beat(status(0, 0), List.of(flow(8, 10)), START.plusSeconds(1)), "flows"))
                .contains("\"removed\":[7]", "\"id\":8");
    }

    /** Who comes in the first second may have rows of the run before, and is told of no past, not nothing. */
    @Test
    void opening_beforeTheFirstBeat_beginsWithThePresentFlows() {
        List<Pulse.Event> opening = pulse.opening(List.of(flow(7, 10)));
        assertThat(opening).extracting(Pulse.Event::name).containsExactly("history", "flows");
        assertThat(data(opening, "flows"))
                .contains("\"reset\":true", "\"live\":1", "\"id\":7")
                .doesNotContain("\"id\":8");
        assertThat(data(pulse.beat(status(0, 0), List.of(), START), "flows")).contains("\"removed\":[7]");
    }
}
