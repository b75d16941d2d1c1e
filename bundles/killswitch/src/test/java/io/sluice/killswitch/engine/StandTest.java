package io.sluice.killswitch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.OwnTraffic;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandTest {

    private static FirewallPolicy policy(String name) {
        return switch (name) {
            case "stopped" -> new FirewallPolicy.Disconnected(true, OwnTraffic.NONE, List.of());
            case "down" -> new FirewallPolicy.Disconnected(false, OwnTraffic.NONE, List.of());
            case "connecting" -> new FirewallPolicy.Connecting(OwnTraffic.NONE, List.of());
            case "connected" -> new FirewallPolicy.Connected(OwnTraffic.NONE, "tun0", List.of(), List.of());
            default -> new FirewallPolicy.Blocked("test", OwnTraffic.NONE, List.of());
        };
    }

    /** The table of KillSwitch.apply, both for a filter that was open and one that was closed. */
    @ParameterizedTest
    @CsvSource({
        "OFF, stopped, AS_IT_IS, AS_IT_IS",
        "OFF, down, AS_IT_IS, AS_IT_IS",
        "OFF, connecting, AS_IT_IS, AS_IT_IS",
        "OFF, connected, AS_IT_IS, AS_IT_IS",
        "OFF, blocked, AS_IT_IS, AS_IT_IS",
        "AUTO, stopped, OPEN, OPEN",
        "AUTO, down, AS_IT_IS, CLOSED",
        "AUTO, connecting, CLOSED, CLOSED",
        "AUTO, connected, CLOSED, CLOSED",
        "AUTO, blocked, CLOSED, CLOSED",
        "LOCKDOWN, stopped, CLOSED, CLOSED",
        "LOCKDOWN, down, CLOSED, CLOSED",
        "LOCKDOWN, connecting, CLOSED, CLOSED",
        "LOCKDOWN, connected, CLOSED, CLOSED",
        "LOCKDOWN, blocked, CLOSED, CLOSED",
    })
    void of_everyModeAndPolicy(KillSwitchMode mode, String policy, Stand fromOpen, Stand fromClosed) {
        assertThat(Stand.of(mode, policy(policy), false)).isEqualTo(fromOpen);
        assertThat(Stand.of(mode, policy(policy), true)).isEqualTo(fromClosed);
    }
}
