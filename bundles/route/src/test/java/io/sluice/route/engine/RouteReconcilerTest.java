package io.sluice.route.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.route.RouteException;
import io.sluice.api.route.RouteSet;
import io.sluice.route.spi.HostEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteReconcilerTest {

    private static final RouteSet EVERYTHING = RoutePlanTest.set(List.of("0.0.0.0/0", "::/0"), List.of("10.0.0.0/8"));
    private static final RouteSet OTHER = RoutePlanTest.set(List.of("10.0.0.0/8", "198.51.100.0/24"), List.of());

    private final RecordingRoutes host = new RecordingRoutes();
    private final RouteReconciler reconciler = new RouteReconciler(host);

    private static List<HostEntry> plan(RouteSet set) {
        return RoutePlan.of(set, ipv6 -> true);
    }

    @Test
    void apply_twice_changesNothing() throws RouteException {
        assertThat(reconciler.apply(plan(EVERYTHING))).isEqualTo(7);
        assertThat(reconciler.apply(plan(EVERYTHING))).isZero();
    }

    @Test
    void apply_nothing_divertingRulesGoFirst() throws RouteException {
        reconciler.apply(plan(EVERYTHING));
        host.steps.clear();
        reconciler.apply(List.of());
        assertThat(host.entries).isEmpty();
        assertThat(host.steps.getFirst()).contains("9001");
        assertThat(host.steps.subList(0, 4)).allMatch(step -> step.contains("rule"));
        assertThat(host.steps.subList(4, 7)).allMatch(step -> step.contains("route"));
    }

    @Test
    void apply_other_replacesInPlace() throws RouteException {
        reconciler.apply(plan(EVERYTHING));
        reconciler.apply(plan(OTHER));
        assertThat(host.entries).containsExactlyInAnyOrderElementsOf(plan(OTHER));
        assertThat(host.steps).doesNotContain("- ip -4 route: throw 10.0.0.0/8 table 2022");
    }

    @Test
    void apply_refusedAtAnyStep_putsEverythingBack() throws RouteException {
        reconciler.apply(plan(EVERYTHING));
        List<HostEntry> before = host.ours();
        int steps = 12;
        for (int step = 0; step < steps; step++) {
            host.steps.clear();
            host.refuseStep = step;
            assertThatThrownBy(() -> reconciler.apply(plan(OTHER)))
                    .as("refused at step %d", step)
                    .isInstanceOf(RouteException.class)
                    .hasMessageContaining("refused");
            assertThat(host.ours()).containsExactlyInAnyOrderElementsOf(before);
        }
        host.steps.clear();
        reconciler.apply(plan(OTHER));
        assertThat(host.steps).as("every step was refused once").hasSize(steps);
    }
}
