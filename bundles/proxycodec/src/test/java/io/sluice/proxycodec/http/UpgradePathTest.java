package io.sluice.proxycodec.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths and hosts as people and links write them, and as a request carries them. */
class UpgradePathTest {

    @ParameterizedTest
    @CsvSource({
        "'',                /,                        0",
        "a,                 /a,                       0",
        "/a?ed=2048,        /a,                       2048",
        "/a?x=1&ed=3&y,     /a?x=1&y,                 3",
        "/a?ed=999999,      /a,                       8192",
        "/香港/a b,          /%E9%A6%99%E6%B8%AF/a%20b, 0",
        "/a%20b,            /a%20b,                   0"
    })
    void path_isAskedForAsARequestCan(String written, String target, int early) {
        assertThat(UpgradePath.of(written)).isEqualTo(new UpgradePath(target, early));
        assertThat(UpgradePath.of(written).matches(target)).isTrue();
    }

    /** A link's path is decoded before it is one: {@code path=%2Fa%0D%0AHost:%20evil}. */
    @Test
    void lineEnd_makesNoFurtherField() {
        String request = UpgradeClient.request(UpgradePath.of("/a\r\nX: y"), "h.test", List.of(), List.of());
        assertThat(request).startsWith("GET /a%0D%0AX:%20y HTTP/1.1\r\nHost: h.test\r\nUser-Agent: ");
    }

    @ParameterizedTest
    @CsvSource({
        "h.test,         h.test",
        "h.test:81,      h.test:81",
        "bücher.example, xn--bcher-kva.example",
        "2001:db8::1,    [2001:db8::1]",
        "[2001:db8::1],  [2001:db8::1]"
    })
    void host_isWrittenInAscii(String written, String host) {
        assertThat(UpgradeClient.host(written)).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nX: y", "a\nb:c:d"})
    void whatIsNoHost_isRefused(String written) {
        assertThatThrownBy(() -> UpgradeClient.host(written)).isInstanceOf(IllegalArgumentException.class);
    }
}
