package io.sluice.rest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VisitorTest {

    private static int refusal(String method, String host, String origin, String site, boolean cookie) {
        return new Visitor(method, host, origin, site, cookie)
                .refusal(Set.of("box.lan"))
                .map(problem -> problem.kind().status())
                .orElse(0);
    }

    @Test
    void addressesAndNamesOfOurs_areServed() {
        for (String host : List.of(
                "127.0.0.1:9080",
                "localhost",
                "LOCALHOST:9080",
                "[::1]:9080",
                "192.0.2.7",
                "[2001:db8::1]",
                "box.lan:1")) {
            assertThat(refusal("GET", host, null, null, false)).as(host).isZero();
        }
    }

    @Test
    void trace_isNotServed() {
        assertThat(refusal("TRACE", "localhost", null, null, false)).isEqualTo(405);
    }

    @Test
    void foreignNames_areTurnedAway() {
        for (String host : List.of(
                "evil.example",
                "evil.example:9080",
                "127.0.0.1.evil.example",
                "localhost.evil.example",
                "localhost:",
                "localhost:x",
                "localhost:999999",
                "[::1",
                "[::1]x",
                "[evil]",
                "127.0.0.1:80:80",
                "[fe80::1%25eth0]",
                "user@localhost",
                "localhost/",
                "localhost.",
                " localhost",
                "box.lan.evil.example")) {
            assertThat(refusal("GET", host, null, null, false)).as(host).isEqualTo(421);
        }
        assertThat(refusal("GET", null, null, null, false)).isEqualTo(400);
    }

    @Test
    void foreignOrigins_areTurnedAway() {
        String host = "127.0.0.1:9080";
        assertThat(refusal("POST", host, "http://127.0.0.1:9080", null, true)).isZero();
        for (String origin : List.of(
                "null",
                "http://127.0.0.1",
                "http://127.0.0.1:9081",
                "http://evil.example",
                "https://evil.example:9080",
                "http://127.0.0.1:9080.evil.example",
                "http://a@127.0.0.1:9080",
                "file://127.0.0.1:9080",
                "http://127.0.0.1:9080@evil.example",
                "chrome-extension://abc",
                "://",
                "http:127.0.0.1:9080")) {
            assertThat(refusal("POST", host, origin, null, true)).as(origin).isEqualTo(403);
            assertThat(refusal("GET", host, origin, null, true)).as(origin).isEqualTo(403);
        }
    }

    @Test
    void changeByCookie_mustProveItsPage() {
        String host = "localhost:9080";
        assertThat(refusal("POST", host, null, null, true)).isEqualTo(403);
        assertThat(refusal("DELETE", host, null, "none", true)).isEqualTo(403);
        assertThat(refusal("POST", host, null, "same-origin", true)).isZero();
        assertThat(refusal("POST", host, null, null, false)).isZero();
        assertThat(refusal("GET", host, null, null, true)).isZero();
        assertThat(refusal("GET", host, null, "cross-site", true)).isEqualTo(403);
        assertThat(refusal("GET", host, null, "same-site", true)).isEqualTo(403);
    }
}
