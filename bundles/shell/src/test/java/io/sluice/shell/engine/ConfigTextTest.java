package io.sluice.shell.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConfigTextTest {

    private static String shown(String line) {
        return new ConfigText("box.json", "{\n" + line + "\n}").shownLine(2).orElse("");
    }

    @Test
    void lineWithoutPassword_isShownAsItIs() {
        assertThat(shown("\"port\": 1o80,")).isEqualTo("\"port\": 1o80,");
    }

    @Test
    void password_isCovered_andColumnsStay() {
        for (String line : new String[] {
            "{ \"user\": \"u\", \"pass\": \"s3cr\\qet\" }",
            "{ 'user': 'u', 'password' : 's3cr\"et' }",
            "{ user: u, pass: s3cret, x: 1 }",
            "\"pass\" \"s3cret",
            "\"a\", \"PASS\":\"s3cret\", \"pass\": \"s3cret\""
        }) {
            assertThat(shown(line))
                    .hasSameSizeAs(line)
                    .doesNotContain("s3cr", "et\"")
                    .startsWith(line.substring(0, 5));
        }
    }

    @Test
    void endlessLine_isNotShown() {
        assertThat(shown("x".repeat(ConfigText.MAX_SHOWN + 1))).isEmpty();
    }
}
