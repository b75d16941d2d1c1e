package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which classes are injected at once, how often, and who is blamed for a leak. */
class RoundTest {

    private static Tally packets(String id) {
        return new Tally(Injection.of(id, "packets").sending((w, dice) -> {}));
    }

    private static Tally fault(String id) {
        return new Tally(Injection.of(id, "a fault").breaking((w, dice) -> {}));
    }

    private static Capture.Sighting marked(int number) {
        return new Capture.Sighting("UDP", OptionalInt.of(number));
    }

    @Test
    void packetsTogether_faultsAlone_eachAsOftenAsAsked() {
        Tally some = packets("L14");
        Tally many = packets("L15");
        Tally fault = fault("F01");
        Map<String, Integer> times = Map.of("L14", 2, "L15", 3, "F01", 4);
        List<Round> rounds = Round.all(List.of(some, many, fault), times::get, new Random(1));
        assertThat(rounds).hasSize(3 + 4);
        assertThat(rounds.stream().filter(r -> r.tallies().contains(some)))
                .hasSize(2)
                .allMatch(r -> r.tallies().contains(many));
        assertThat(rounds.stream().filter(r -> r.tallies().contains(many))).hasSize(3);
        assertThat(rounds.stream().filter(r -> r.tallies().equals(List.of(fault))))
                .hasSize(4);
    }

    @Test
    void faultBesideAnything_cannotBe() {
        assertThatThrownBy(() -> new Round(List.of(packets("L14"), fault("F01"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Round(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void markedLeak_isItsClassAlone() {
        Tally guilty = packets("L14");
        Tally other = packets("L15");
        new Round(List.of(guilty, other)).blame(2, List.of(marked(14), marked(14)));
        assertThat(guilty.leakedCapture).isEqualTo(2);
        assertThat(guilty.leakedFilter).isEqualTo(2);
        assertThat(guilty.leaking).isEqualTo(1);
        assertThat(other.leakedCapture + other.leakedFilter + other.leaking).isZero();
    }

    @Test
    void unmarkedLeak_orTheFiltersAlone_isEverybodys() {
        List<Tally> all = List.of(packets("L14"), packets("L15"));
        new Round(all).blame(1, List.of(marked(Packets.EVERYDAY)));
        new Round(all).blame(3, List.of());
        assertThat(all).allSatisfy(tally -> {
            assertThat(tally.leakedCapture).isEqualTo(1);
            assertThat(tally.leakedFilter).isEqualTo(4);
            assertThat(tally.leaking).isEqualTo(2);
        });
    }

    @Test
    void catalogue_hasTheseClassesOfPackets() {
        assertThat(Options.catalogue().stream().filter(Injection::isPackets).map(Injection::id))
                .containsExactly("L14", "L15", "L16", "L18", "L23", "L24", "L25", "L26", "L27", "L30", "L32");
    }
}
