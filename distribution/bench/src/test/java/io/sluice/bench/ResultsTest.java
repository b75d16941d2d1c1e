package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.bench.Cell.Better;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultsTest {

    @Test
    void table_mediansSpreadAndRatios() {
        Results results = new Results();
        for (double value : new double[] {3, 1, 2}) {
            results.put("speed", "ours", 2 * value, Better.MORE);
            results.put("speed", "theirs", value, Better.MORE);
        }
        results.put("memory", "ours", 100, Better.LESS);
        results.foreign(0.5);
        results.fault("theirs died");
        assertThat(results.table(List.of("ours", "theirs"), "theirs")).isEqualTo("""
                | measure | ours | theirs |
                |---|---|---|
                | speed | 4.000 (2.000…6.000) ×2.00 | 2.000 (1.000…3.000) |
                | memory | 100 | – |

                median (least…most) × ratio to theirs
                Cores that other processes used meanwhile: median 0.50, at worst 0.50.
                Fault: theirs died
                """);
        assertThat(results.tsv()).startsWith("speed\tours\t6.0\tMORE\n").contains("memory\tours\t100.0\tLESS\n");
    }

    @Test
    void jain_oneWhereAllHaveTheSame() {
        assertThat(BadPaths.jain(new double[] {5, 5})).isEqualTo(1);
        assertThat(BadPaths.jain(new double[] {5, 0})).isEqualTo(0.5);
        assertThat(BadPaths.jain(new double[] {0, 0})).isZero();
    }

    @Test
    void contender_readWithItsOptions() {
        Contender contender = Contender.parse("wide=hev,mtu=9000,pipeline=true");
        assertThat(contender.name()).isEqualTo("wide");
        assertThat(contender.kind()).isSameAs(Kinds.named("hev"));
        assertThat(contender.options()).isEqualTo(Map.of("mtu", "9000", "pipeline", "true"));
    }

    @ParameterizedTest
    @CsvSource({
        "--groups,nonsense,'nonsense'",
        "--sut,a=nonsense,'nonsense'",
        "--reps,many,'many'",
        "--flood-secs,1,at least 2",
        "--colour,blue,'--colour'"
    })
    void settings_mistakesAreNamed(String option, String value, String named) {
        assertThatThrownBy(() -> Settings.parse(List.of(option, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }
}
