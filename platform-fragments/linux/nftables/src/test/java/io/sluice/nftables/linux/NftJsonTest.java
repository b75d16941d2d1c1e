package io.sluice.nftables.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NftJsonTest {

    @Test
    void everyKindOfValue_asRfc8259WantsIt() {
        assertThat(NftJson.of(List.of("a", 1, 4_294_967_295L, Map.of("k", List.of()))))
                .isEqualTo("[\"a\",1,4294967295,{\"k\":[]}]");
        assertThat(NftJson.of(Collections.singletonMap("return", null))).isEqualTo("{\"return\":null}");
    }

    @Test
    void anyName_staysOneString() {
        assertThat(NftJson.of("a\"}]; flush ruleset\\\n")).isEqualTo("\"a\\\"}]; flush ruleset\\\\\\u000a\"");
    }

    @Test
    void whatIsNoJson_isRefused() {
        assertThatThrownBy(() -> NftJson.of(1.5)).isInstanceOf(IllegalArgumentException.class);
    }
}
