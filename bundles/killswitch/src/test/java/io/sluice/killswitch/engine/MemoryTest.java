package io.sluice.killswitch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.net.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryTest {

    private static final Memory MEMORY = new Memory(
            KillSwitchMode.LOCKDOWN,
            KillSwitchMode.AUTO,
            true,
            Map.of("net/ipv4/conf/all/arp_ignore", "0", "net/ipv4/conf/all/src_valid_mark", "0"),
            new Allowance(true, List.of("lan0"), List.of(22, 8022), List.of(IpPrefix.parse("192.168.77.0/24"))),
            List.of(IpPrefix.parse("172.19.0.1/30"), IpPrefix.parse("fdfe:dcba:9876::1/126")));

    @Test
    void text_everyCut_isNotTakenForTheWhole() {
        String text = MEMORY.text();
        assertThat(Memory.read(text)).contains(MEMORY);
        assertThat(Memory.read(Memory.NONE.text())).contains(Memory.NONE);
        for (int length = 0; length < text.length(); length++) {
            assertThat(Memory.read(text.substring(0, length)))
                    .as("first %d octets", length)
                    .isEmpty();
        }
    }

    @Test
    void text_everyOctetDamaged_isReadOrRefusedAndNeverThrows() {
        String text = MEMORY.text();
        for (int at = 0; at < text.length(); at++) {
            for (char other : new char[] {0, ' ', '\n', 'x'}) {
                Memory.read(text.substring(0, at) + other + text.substring(at + 1));
            }
        }
        assertThat(Memory.read(text.replace("lockdown", "lockdowm"))).isEmpty();
        assertThat(Memory.read(text.replace("mode", "node"))).isEmpty();
    }

    /** The release before this one wrote no addresses of the tunnel. */
    @Test
    void text_ofABuildThatKeptNoAddresses_isRead() {
        String text = """
            sluice-killswitch 2
            mode lockdown
            configured auto
            closed true
            setting net/ipv4/conf/all/arp_ignore 0
            allow lan
            end 3a7e0f3e
            """;
        assertThat(Memory.read(text))
                .contains(new Memory(
                        KillSwitchMode.LOCKDOWN,
                        KillSwitchMode.AUTO,
                        true,
                        Map.of("net/ipv4/conf/all/arp_ignore", "0"),
                        new Allowance(true, List.of(), List.of(), List.of()),
                        List.of()));
    }

    @Test
    void configured_looserWhileClosed_waitsForAnOperator() {
        Memory off = MEMORY.configured(KillSwitchMode.OFF);
        assertThat(off.mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        assertThat(off.configured()).isEqualTo(KillSwitchMode.OFF);
        assertThat(off.configured(KillSwitchMode.OFF).mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
    }

    @Test
    void configured_stricterOrOpen_isTakenOver() {
        Memory auto = new Memory(KillSwitchMode.AUTO, KillSwitchMode.AUTO, true, Map.of(), Allowance.NONE, List.of());
        assertThat(auto.configured(KillSwitchMode.LOCKDOWN).mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        Memory open = new Memory(KillSwitchMode.AUTO, KillSwitchMode.AUTO, false, Map.of(), Allowance.NONE, List.of());
        assertThat(open.configured(KillSwitchMode.OFF).mode()).isEqualTo(KillSwitchMode.OFF);
    }

    @Test
    void configured_sameAgain_keepsWhatAnOperatorDecided() {
        Memory operator =
                new Memory(KillSwitchMode.OFF, KillSwitchMode.AUTO, false, Map.of(), Allowance.NONE, List.of());
        assertThat(operator.configured(KillSwitchMode.AUTO).mode()).isEqualTo(KillSwitchMode.OFF);
    }

    @Test
    void text_ofOneForWantOfAConfiguration_isRead() {
        Memory provisional = MEMORY.provisional();
        assertThat(Memory.read(provisional.text())).contains(provisional);
        assertThat(Memory.read(Memory.NONE.provisional().text())).contains(Memory.NONE.provisional());
        assertThat(Memory.NONE.provisional().provisional())
                .as("again, at the next start")
                .isEqualTo(Memory.NONE.provisional());
    }

    @Test
    void settled_isAsBefore_andOnlyWhatWasClosedThenWaitsForAnOperator() {
        Memory open = new Memory(KillSwitchMode.AUTO, KillSwitchMode.AUTO, false, Map.of(), Allowance.NONE, List.of());
        Memory provisional = open.provisional().closed(true, Map.of());
        assertThat(provisional.mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        assertThat(provisional.settled(Optional.empty()).mode()).isEqualTo(KillSwitchMode.AUTO);
        assertThat(provisional.settled(Optional.of(KillSwitchMode.OFF)).mode()).isEqualTo(KillSwitchMode.OFF);
        assertThat(provisional.settled(Optional.of(KillSwitchMode.OFF)).closed())
                .as("the filter is as it is")
                .isTrue();
        Memory closed = MEMORY.provisional();
        assertThat(closed.settled(Optional.empty())).isEqualTo(MEMORY);
        assertThat(closed.settled(Optional.of(KillSwitchMode.OFF)).mode()).isEqualTo(KillSwitchMode.LOCKDOWN);
        assertThat(provisional.withMode(KillSwitchMode.LOCKDOWN).isProvisional())
                .as("an operator has decided")
                .isFalse();
    }
}
