package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonReaderTest {
    @Test
    void reads_every_kind_of_value() {
        Object value = JsonReader.read("""
                {"text": "a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9", "list": [1, -2.5e3, true, false, null], "object": {}, "empty": []}""");

        assertThat(value)
                .isEqualTo(Map.of(
                        "text", "a\"\\/\b\f\n\r\t\u00e9",
                        "list", java.util.Arrays.asList(BigDecimal.ONE, new BigDecimal("-2.5e3"), true, false, null),
                        "object", Map.of(),
                        "empty", List.of()));
    }

    @Test
    void skips_comments_of_both_kinds() {
        Object value = JsonReader.read("""
                // first
                { /* between
                     lines */ "url": "http://not/a/comment" // last
                }""");

        assertThat(value).isEqualTo(Map.of("url", "http://not/a/comment"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{\"a\": 1,\n  \"a\": 2}` | `line 2, column 3: the key 'a' comes twice`",
                "`[1 2]` | `line 1, column 4: ',' or ']' is expected`",
                "`{a: 1}` | `line 1, column 2: a key in quotes is expected`",
                "`[1] x` | `line 1, column 5: more text after the value`",
                "`[01]` | `line 1, column 2: a value is expected`",
                "`[tru]` | `line 1, column 2: a value is expected`",
                "`[\"a\nb\"]` | `line 1, column 4: a string does not end on its line`",
                "`[\"\\x\"]` | `line 1, column 5: '\\x' is no escape`",
                "`[\"\\u12g4\"]` | `line 1, column 5: four hexadecimal digits are expected`",
                "`/* open` | `line 1, column 1: a comment does not end`",
                "`[1,` | `line 1, column 4: the text ends too early`",
            })
    void says_where_the_text_is_wrong(String text, String problem) {
        assertThatThrownBy(() -> JsonReader.read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(problem);
    }

    @Test
    void refuses_nesting_that_would_exhaust_the_stack() {
        assertThatThrownBy(() -> JsonReader.read("[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested deeper than");
    }
}
