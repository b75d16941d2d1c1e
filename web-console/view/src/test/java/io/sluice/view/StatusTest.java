package io.sluice.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.view.Status.Word;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of outbounds that open nothing. */
class StatusTest {

    private static final OutboundTrouble REFUSED = new OutboundTrouble(
            Instant.parse("2026-11-01T12:03:04.567Z"),
            CloseReason.CONNECT_REFUSED,
            "SOCKS5 proxy 192.0.2.1:1080 cannot be reached: the connection was refused",
            Instant.parse("2026-11-01T12:05:00Z"),
            9);

    private final StandInRooms rooms = new StandInRooms()
            .outbound("out", "socks")
            .outbound("other", "vless")
            .outbound("group", "balancer")
            .outbound("direct", "direct")
            .outbound("dns", "dns");

    private void inTrouble(String... tags) {
        rooms.troubles.clear();
        for (String tag : tags) {
            rooms.troubles.put(tag, REFUSED);
        }
    }

    private Status status() {
        return Status.of(rooms);
    }

    @Test
    void onlyProxyIsDead_isDegraded_andNamed() {
        rooms.rule("out", 7);
        assertThat(status().state()).isEqualTo(Word.CONNECTED);
        assertThat(status().warnings()).isEmpty();
        inTrouble("out");
        Status status = status();
        assertThat(status.state()).isEqualTo(Word.DEGRADED);
        assertThat(status.headline())
                .isEqualTo("sluice0 takes traffic in, but no outbound gets through to its server.");
        assertThat(status.warnings())
                .containsExactly("the outbound \"out\" has opened nothing since 2026-11-01T12:03:04Z: CONNECT_REFUSED,"
                        + " SOCKS5 proxy 192.0.2.1:1080 cannot be reached: the connection was refused");
        assertThat(status.view())
                .containsEntry(
                        "troubles",
                        List.of(Map.of(
                                "outbound", "out",
                                "since", "2026-11-01T12:03:04.567Z",
                                "reason", "CONNECT_REFUSED",
                                "detail", REFUSED.detail())));
        inTrouble();
        assertThat(status().state()).isEqualTo(Word.CONNECTED);
        assertThat(status().view()).containsEntry("troubles", List.of());
    }

    @Test
    void killSwitchWithRules_headlineSaysThatNothingPassesBesideIt() {
        rooms.rule("out", 7);
        inTrouble("out");
        rooms.killSwitch = KillSwitchStatus.State.ARMED;
        assertThat(status().headline())
                .isEqualTo("sluice0 takes traffic in, but no outbound gets through to its server;"
                        + " nothing passes beside it but what the kill switch allows.");
        rooms.killSwitch = KillSwitchStatus.State.DISARMED;
        assertThat(status().headline()).doesNotContain("beside");
    }

    /** What needs no server goes on, and says nothing of those that do. */
    @Test
    void localTrafficGoesDirectly_isDegradedNevertheless() {
        rooms.rule("dns", 50).rule("!reject", 3).rule("direct", 90).rule("out", 7);
        inTrouble("out");
        assertThat(status().state()).isEqualTo(Word.DEGRADED);
    }

    @Test
    void anotherServerIsUsed_isOnlyAWarning() {
        rooms.rule("other", 1).rule("out", 7);
        inTrouble("out");
        assertThat(status().state()).isEqualTo(Word.CONNECTED);
        assertThat(status().warnings()).hasSize(1);
        inTrouble("out", "other");
        assertThat(status().state()).isEqualTo(Word.DEGRADED);
        assertThat(status().warnings()).hasSize(2);
    }

    /** As behind a rule for everything: nobody has tried it. */
    @Test
    void otherServerWithoutAFlow_promisesNothing() {
        rooms.rule("group", 7).rule("out", 0);
        inTrouble("group");
        assertThat(status().state()).isEqualTo(Word.DEGRADED);
    }

    /** Hits are counted from nothing where the rules are set anew. */
    @Test
    void rulesOfNow_haveSentNothingYet_condemnNobody() {
        rooms.rule("other", 0).rule("out", 0);
        inTrouble("out");
        assertThat(status().state()).isEqualTo(Word.CONNECTED);
        assertThat(status().warnings()).hasSize(1);
    }

    @Test
    void outboundThatNoRuleNames_isNotSpokenOf() {
        rooms.rule("other", 7);
        inTrouble("out");
        assertThat(status().state()).isEqualTo(Word.CONNECTED);
        assertThat(status().warnings()).isEmpty();
    }

    @Test
    void roomMissing_isSaidFirst() {
        rooms.rule("out", 7);
        inTrouble("out");
        rooms.egress = false;
        assertThat(status().headline()).isEqualTo("sluice0 takes traffic in, but new flows are refused.");
    }

    /** What is not there by intention is not complained of one by one. */
    @Test
    void rescueMode_isAnError_withItsReason() {
        rooms.tunnel = false;
        rooms.egress = false;
        rooms.rescue = Optional.of("5 starts in a row have failed");
        rooms.killSwitch = KillSwitchStatus.State.BLOCKED;
        Status status = status();
        assertThat(status.state()).isEqualTo(Word.ERROR);
        assertThat(status.headline())
                .isEqualTo("Rescue mode: only the consoles and the kill switch are at work;"
                        + " nothing passes but what the kill switch allows.");
        assertThat(status.warnings())
                .containsExactly(
                        "5 starts in a row have failed. Put right what the log tells of, then: sluice restart");
        assertThat(status.view()).containsEntry("rescue", "5 starts in a row have failed");
        rooms.killSwitch = KillSwitchStatus.State.DISARMED;
        assertThat(status().headline())
                .isEqualTo("Rescue mode: only the consoles and the kill switch are at work;"
                        + " traffic of this machine is not touched.");
    }
}
