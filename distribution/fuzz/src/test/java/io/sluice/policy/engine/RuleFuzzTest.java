package io.sluice.policy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** The one-line grammar of rules: a rule or an error with its column. */
class RuleFuzzTest {

    @FuzzTest
    void line(byte[] octets) {
        try {
            assertThat(RuleParser.parse(new String(octets, StandardCharsets.UTF_8)))
                    .isNotNull();
        } catch (RuleSyntaxException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
