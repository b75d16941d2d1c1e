package io.sluice.rest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenPathTest {

    @ParameterizedTest
    @ValueSource(strings = {"/", "/ui", "/ui/", "/ui/index.html", "/ui/app.js", "/favicon.ico", "/apiary"})
    void filesOfThePageAreOpen(String path) {
        assertThat(OpenPath.is(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "/api",
                "/api/v1/events",
                "/%61pi/v1/events",
                "/ap%69/v1/events",
                "/./api/v1/events",
                "/x/../api/v1/events",
                "/ui/../api/v1/events",
                "/ui/%2e%2e/api/v1/events",
                "/ui/..",
                "//api/v1/events",
                "/;a/api/v1/events",
                "/x;a/../api/v1/events",
                "/api;x/v1/events",
                "/ui\\..\\api",
                "/\u0430pi/v1/events"
            })
    void whatIsOrCouldBeTheInterfaceIsNot(String path) {
        assertThat(OpenPath.is(path)).isFalse();
    }
}
