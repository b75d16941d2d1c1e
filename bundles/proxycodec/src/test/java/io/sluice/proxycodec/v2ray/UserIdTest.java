package io.sluice.proxycodec.v2ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserIdTest {

    private static String hex(String text) {
        return HexFormat.of().formatHex(UserId.of(text).octets());
    }

    @Test
    void uuid_isItsOctets() {
        assertThat(hex("2418d087-648d-4990-86e8-19dca1d006d3")).isEqualTo("2418d087648d499086e819dca1d006d3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2418d087648d499086e819dca1d006d3",
                "2418d087-648d499086e819dca1d006d3",
                "2418D087-648D-4990-86E8-19DCA1D006D3"
            })
    void uuid_hyphensAndCaseAreFree(String text) {
        assertThat(UserId.of(text)).isEqualTo(UserId.of("2418d087-648d-4990-86e8-19dca1d006d3"));
    }

    /** "example" is the vector of XTLS/Xray-core common/uuid/uuid_test.go; the others were made with Python's uuid.uuid5(UUID(int=0), …). */
    @ParameterizedTest
    @CsvSource({
        "example, feb54431301b52bba6dde1e93e81bb9e",
        "a, 35b65f33a6795e76af3c273ea349ede4",
        "我爱🍉老师1314, 5783a3e7e37351cd8642c83782b807c5"
    })
    void otherText_isMappedToVersion5(String text, String octets) {
        assertThat(hex(text)).isEqualTo(octets);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1234567890123456789012345678901",
                "2418d087-648d-4990-86e8-19dca1d006dg",
                "2418d087-648d-4990-86e8-19dca1d006d3-0",
                "2418d087-648d-4990-86e8-19dca1d006d"
            })
    void neither_isRefusedWithoutSayingWhatItWas(String text) {
        assertThatThrownBy(() -> UserId.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(text.isEmpty() || !e.getMessage().contains(text))
                        .isTrue());
    }

    @Test
    void printed_showsNothing() {
        assertThat(UserId.of("example")).hasToString("UserId");
    }
}
