package io.sluice.policy.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleParserTest {

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\"|1|arrow",
                "ip=10.0.0.0/8|14|arrow",
                "ip=10.0.0.0/8 ->|17|target is missing",
                "-> out|1|needs a condition",
                "name=x -> out|1|needs a condition",
                "* port=1 -> out|1|stands alone",
                "colour=red -> out|1|not known",
                "ip=10.0.0.0/8 prot=tcp -> out|15|not known",
                "ip -> out|1|no field",
                "ip=10.0.0.0/33 -> out|4|is over 32",
                "ip=10.0.0.0/8,example.org -> out|15|not an IP address",
                "ip= -> out|4|value is missing",
                "ip=10.0.0.1,,10.0.0.2 -> out|13|value is missing",
                "ip=10.0.0.1, -> out|13|value is missing",
                "port=65536 -> out|6|is no port",
                "port=80,x -> out|9|is no port",
                "port=90-80 -> out|6|is empty",
                "port=80- -> out|9|is no port",
                "network=sctp -> out|9|no network",
                "domain=geosite:cn -> out|8|not known",
                "domain=full: -> out|8|is empty",
                "domain=regexp:(a -> out|8|not a regular expression",
                "port=1 port=2 -> out|8|there twice",
                "user=%zz -> out|6|hexadecimal",
                "user=%4 -> out|6|hexadecimal",
                "user=%ff -> out|6|UTF-8",
                "* -> !maybe|6|is no target",
                "* -> a b|7|ends with its target",
            })
    void rule_wrong_saysColumnAndRemedy(String line, int column, String sentence) {
        assertThatThrownBy(() -> RuleParser.parse(line))
                .isInstanceOfSatisfying(
                        RuleSyntaxException.class, e -> assertThat(e.column()).isEqualTo(column))
                .hasMessageContaining(sentence);
    }

    @Test
    void table_severalWrongLines_allAreNamed() {
        assertThatThrownBy(() -> RuleTable.compile(List.of("* -> a", "x -> a", "port=99999 -> b"), ""))
                .isInstanceOfSatisfying(
                        RuleTableException.class, e -> assertThat(e.problems()).hasSize(3))
                .hasMessageContaining("rule 2, column 1")
                .hasMessageContaining("rule 3, column 6")
                .hasMessageContaining("final is empty");
    }

    @Test
    void values_percentEncoded_areDecoded() throws Exception {
        Rule rule = RuleParser.parse("  name=my%20rule   user=a%2Cb,c%2D%3Ed inboundTag=%C3%BC ->  my%20proxy  ");
        assertThat(rule.name()).isEqualTo("my rule");
        assertThat(rule.users()).containsExactlyInAnyOrder("a,b", "c->d");
        assertThat(rule.inboundTags()).containsExactly("ü");
        assertThat(rule.target().text()).isEqualTo("my proxy");
    }

    /** 200,000 random lines: a rule or an error with a column inside the line, nothing else. */
    @Test
    void lines_random_neverEscape() {
        Random random = new Random(20261121);
        String[] parts = {
            "ip",
            "=",
            ",",
            "10.0.0.0/8",
            "->",
            " ",
            "port",
            "1-2",
            "%",
            "20",
            "domain",
            "full:",
            "regexp:",
            "*",
            "x",
            "!",
            "::1",
            "name",
            "é"
        };
        for (int i = 0; i < 200_000; i++) {
            StringBuilder line = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                line.append(parts[random.nextInt(parts.length)]);
            }
            try {
                assertThat(RuleParser.parse(line.toString()).text()).isEqualTo(line.toString());
            } catch (RuleSyntaxException e) {
                assertThat(e.column()).isBetween(1, line.length() + 1);
            }
        }
    }
}
