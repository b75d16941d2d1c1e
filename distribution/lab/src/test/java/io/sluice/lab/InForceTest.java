package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class InForceTest {

    private static final String USUAL = """
        { "device": "sluice0", "mtu": 1500, "include": ["0.0.0.0/0", "0:0:0:0:0:0:0:0/0"],
          "nameServers": ["45.90.7.53", "45.90.7.54"], "autoRedirect": false }""";

    private static String difference(String profile) throws Exception {
        return InForce.difference(GatewayConfig.usual(), new ObjectMapper().readTree(profile));
    }

    @Test
    void difference_asConfigured_none() throws Exception {
        assertThat(difference(USUAL)).isEmpty();
    }

    @Test
    void difference_anEarlierProfile_isNamed() throws Exception {
        String earlier = USUAL.replace("1500", "1400")
                .replace(", \"0:0:0:0:0:0:0:0/0\"", "")
                .replace("false", "true")
                .replace("\"45.90.7.53\", \"45.90.7.54\"", "\"45.90.7.54\", \"45.90.7.53\"");
        assertThat(difference(earlier).split(", (?=[a-z])"))
                .containsExactly(
                        "mtu is 1400 in place of 1500",
                        "include is [0.0.0.0/0] in place of [0.0.0.0/0, 0:0:0:0:0:0:0:0/0]",
                        "nameServers is [45.90.7.54, 45.90.7.53] in place of [45.90.7.53, 45.90.7.54]",
                        "autoRedirect is true in place of false");
    }

    @Test
    void difference_noProfile_isOne() throws Exception {
        assertThat(difference("null")).isNotEmpty();
    }
}
