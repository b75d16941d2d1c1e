package io.sluice.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CoveredConfigTest {

    @Test
    void passwords_areCovered_andNothingElse() {
        String text = """
                { // "pass": "in a comment"
                  "outbounds": [ { "tag": "pass", "user": "pass", "pass" : "s3cr\\"et" } ], # "pass": "here too"
                  "accounts": [ { "pass":/* which? */"one", "user": "u//" }, { "p\\u0061ss"
                     : "two" } ] }
                """;

        assertThat(CoveredConfig.of(text)).isEqualTo("""
                { // "pass": "in a comment"
                  "outbounds": [ { "tag": "pass", "user": "pass", "pass" : "(hidden)" } ], # "pass": "here too"
                  "accounts": [ { "pass":/* which? */"(hidden)", "user": "u//" }, { "p\\u0061ss"
                     : "(hidden)" } ] }
                """);
    }

    @Test
    void otherSecrets_areCovered_linesOfKeysToo() {
        String text = """
                { "password": "a", "id": "b", "port": 1, "key": [ "c", // "d"
                  "e" ], "keyFile": "/etc/key.pem", "headers": { "Authorization": "f" }, "keys": [ "g" ], "key": [], "id": 5 }
                """;

        assertThat(CoveredConfig.of(text)).isEqualTo("""
                { "password": "(hidden)", "id": "(hidden)", "port": 1, "key": [ "(hidden)", // "d"
                  "(hidden)" ], "keyFile": "/etc/key.pem", "headers": { "Authorization": "(hidden)" }, "keys": [ "g" ], "key": [], "id": 5 }
                """);
    }

    @Test
    void whatever_isGiven_ends() {
        String text = "{ \"pass\": /* \"a\\\"b\" */ \"c\\\\\" # x\n, \"p\\u00\" }";
        for (int length = 0; length <= text.length(); length++) {
            assertThat(CoveredConfig.of(text.substring(0, length))).isNotNull();
        }
    }

    @Test
    void textWithoutPasswords_isTheSame() {
        String text = "{ \"a\": [1, \"x\\\\\", true], } // end";
        assertThat(CoveredConfig.of(text)).isEqualTo(text);
    }
}
