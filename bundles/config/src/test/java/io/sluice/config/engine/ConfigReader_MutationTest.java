package io.sluice.config.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.config.Problem;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the text: problems with places inside of it, never an exception, never a secret. */
class ConfigReader_MutationTest {

    private static final String NOISE = "{}[]\",:'\\/*#0123456789-+.eE truefalsnu\n\r\t\u0000\ud83d\ude00\ud83d";

    private static List<String> texts() throws IOException, URISyntaxException {
        List<String> texts = new ArrayList<>(List.of(DefaultConfig.text()));
        for (String folder : List.of("good", "broken")) {
            for (Path file : ConfigCheckTest.files(folder)) {
                texts.add(Files.readString(file));
            }
        }
        return texts;
    }

    private static List<Problem> read(String text) {
        List<Problem> problems = ConfigReader.read(text, "x").problems();
        long lines = text.chars().filter(c -> c == '\n' || c == '\r').count() + 1;
        for (Problem problem : problems) {
            assertThat(problem.line()).isBetween(1, (int) lines);
            assertThat(problem.column()).isPositive();
            assertThat(problem.message()).isNotBlank();
            assertThat(problem.toString().chars().noneMatch(Character::isISOControl))
                    .isTrue();
        }
        return problems;
    }

    @Test
    void truncatedAnywhere_hasAnErrorAndShowsNoSecret() throws IOException, URISyntaxException {
        for (String text : texts()) {
            int end = text.stripTrailing().length();
            for (int length = 0; length < end; length++) {
                List<Problem> problems = read(text.substring(0, length));
                assertThat(problems).as("first %d characters", length).isNotEmpty();
                assertThat(problems.toString()).doesNotContain("hunter2", "geheim");
            }
        }
    }

    @Test
    void mutatedAnyhow_neverThrows() throws IOException, URISyntaxException {
        long seed = 20_261_121;
        Random random = new Random(seed);
        List<String> texts = texts();
        for (int round = 0; round < 4_000; round++) {
            StringBuilder text = new StringBuilder(texts.get(random.nextInt(texts.size())));
            for (int edits = random.nextInt(4); edits >= 0; edits--) {
                mutate(text, random);
            }
            try {
                read(text.toString());
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + " round " + round + ": " + text, e);
            }
        }
    }

    private static void mutate(StringBuilder text, Random random) {
        int at = random.nextInt(text.length() + 1);
        int length = Math.min(random.nextInt(12), text.length() - at);
        switch (random.nextInt(3)) {
            case 0 -> text.delete(at, at + length);
            case 1 -> text.insert(at, NOISE.charAt(random.nextInt(NOISE.length())));
            default -> text.insert(random.nextInt(text.length() + 1), text.substring(at, at + length));
        }
    }

    @Test
    void deepAndLongTexts_areRefusedInTheirPlaces() {
        assertThat(read("[".repeat(100_000))).last().satisfies(p -> {
            assertThat(p.code()).isEqualTo("SL1011");
            assertThat(p.column()).isEqualTo(JsonReader.MAX_DEPTH + 2);
        });
        assertThat(read(" ".repeat(JsonReader.MAX_LENGTH + 1)))
                .singleElement()
                .satisfies(p -> assertThat(p.code()).isEqualTo("SL1012"));
        assertThat(read("{ \"outbounds\": [ " + "5, ".repeat(100_000) + "] }")).hasSize(Problems.MOST);
    }

    @Test
    @Timeout(60)
    void tenThousandRulesAndLongLists_takeNoTime() {
        StringBuilder text =
                new StringBuilder("{ \"outbounds\": [ { \"protocol\": \"direct\" } ], \"routing\": { \"rules\": [");
        for (int i = 0; i < 10_000; i++) {
            text.append("{ \"domain\": \"full:h").append(i).append(".example.org\", \"outboundTag\": \"direct\" },\n");
        }
        for (int rule = 0; rule < 2; rule++) {
            text.append("{ \"outboundTag\": \"direct\", \"ip\": [");
            for (int i = 0; i < 20_000; i++) {
                text.append("\"10.").append(i >> 8).append('.').append(i & 255).append(".0/24\",");
            }
            text.append("] },");
        }

        assertThat(read(text.append("] } }").toString())).isEmpty();
    }
}
