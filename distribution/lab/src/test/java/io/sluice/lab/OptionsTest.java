package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void catalogue_hasEveryClassOnce() {
        List<String> wanted = Stream.of(
                        IntStream.rangeClosed(1, 35).mapToObj("L%02d"::formatted),
                        IntStream.rangeClosed(1, 24).mapToObj("F%02d"::formatted),
                        Stream.of("EX04"))
                .flatMap(ids -> ids)
                .toList();
        assertThat(Options.catalogue().stream().map(Injection::id)).containsExactlyElementsOf(wanted);
    }

    @Test
    void options_areTaken() {
        Options options = Options.parse(List.of("--faults", "F01,L02", "--n", "7", "--seed", "42"), 1);
        assertThat(options.chosen().stream().map(Injection::id)).containsExactly("L02", "F01");
        assertThat(options.repetitions()).isEqualTo(7);
        assertThat(options.seed()).isEqualTo(42);
        Options some = Options.parse(List.of("--faults", "F01:3,L02", "--n", "7"), 1);
        assertThat(some.times("F01")).isEqualTo(3);
        assertThat(some.times("L02")).isEqualTo(7);
        assertThat(Options.parse(List.of("--nightly"), 1).repetitions()).isEqualTo(300);
        assertThat(Options.parse(List.of(), 1).seed()).isEqualTo(1);
        Options commit = Options.parse(List.of("--commit"), 1);
        assertThat(commit.times("L05")).isEqualTo(3);
        assertThat(commit.times("L07")).isEqualTo(30);
        assertThat(commit.times("F05")).isEqualTo(1);
        assertThat(commit.times("EX04")).isEqualTo(1);
        assertThat(commit.limit()).isEqualTo(Duration.ofMinutes(11));
        assertThat(commit.timesCount()).isFalse();
        assertThat(options.timesCount()).isTrue();
    }

    /** The library that sets the clock slows everything: L06 has it apart, or beside F22, and else says that it has not. */
    @Test
    void suspend_saysWhetherTheClockJumps() {
        assumeTrue(FalseClock.library().isPresent(), "libfaketime is missing");
        assertThat(suspend("--faults", "L06")).endsWith("the clock jumps");
        assertThat(suspend("--faults", "L01,L06")).endsWith("the clock jumps");
        assertThat(suspend("--faults", "L06,L07,F22")).endsWith("the clock jumps");
        assertThat(suspend("--faults", "L06,L07")).contains("does not jump");
        assertThat(suspend("--commit")).contains("does not jump");
    }

    private static String suspend(String... words) {
        return Options.parse(List.of(words), 1).chosen().stream()
                .filter(i -> i.id().equals("L06"))
                .findFirst()
                .orElseThrow()
                .title();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--faults L99|there is no class 'L99'",
                "--n x|--n wants a number, not 'x'",
                "--n 0|--n wants at least 1",
                "--faults L01:0|--n wants at least 1",
                "--soak 0|--soak wants at least 1",
                "--faults L02 --soak 9|--soak is for L01, which --faults leaves out",
                "--seed|--seed wants a value",
                "--mode open|--mode wants lockdown, auto or none",
                "--what|'--what' is not an option"
            })
    void mistakes_areNamed(String words, String sentence) {
        assertThatThrownBy(() -> Options.parse(List.of(words.split(" ")), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }
}
