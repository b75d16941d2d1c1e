package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResolverReportTest {
    @Test
    void names_the_innermost_reason_of_a_chain() {
        String felix =
                "Unable to resolve io.sluice.flow [12](R 12.0): missing requirement [io.sluice.flow [12](R 12.0)] "
                        + "osgi.wiring.package; (&(osgi.wiring.package=io.sluice.api.flow)(version>=1.0.0)(!(version>=2.0.0))) "
                        + "[caused by: Unable to resolve io.sluice.api [9](R 9.0): missing requirement [io.sluice.api [9](R 9.0)] "
                        + "osgi.wiring.package; (&(osgi.wiring.package=io.netty.buffer)(version>=4.2.0)(!(version>=5.0.0)))] "
                        + "Unresolved requirements: [[io.sluice.flow [12](R 12.0)] osgi.wiring.package; "
                        + "(&(osgi.wiring.package=io.sluice.api.flow)(version>=1.0.0)(!(version>=2.0.0)))]";

        assertThat(ResolverReport.sentence(felix))
                .isEqualTo(
                        "io.sluice.api needs package io.netty.buffer [4.2.0,5.0.0), which no installed bundle provides");
    }

    @Test
    void passes_on_what_it_does_not_know() {
        String conflict =
                "Uses constraint violation. Unable to resolve resource a because it is exposed to package 'p'";

        assertThat(ResolverReport.sentence(conflict)).isEqualTo(conflict);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "osgi.wiring.package | (osgi.wiring.package=a.b) | package a.b",
                "osgi.wiring.package | (&(osgi.wiring.package=a.b)(version>=1.2.0)) | package a.b 1.2.0",
                "osgi.wiring.host | (&(osgi.wiring.host=io.sluice.tun)(bundle-version>=0.0.0)) | the host bundle io.sluice.tun",
                "osgi.ee | (&(osgi.ee=JavaSE)(version=99)) | osgi.ee JavaSE with version=99",
            })
    void says_a_requirement_in_words(String namespace, String filter, String words) {
        assertThat(ResolverReport.requirement(namespace, filter)).isEqualTo(words);
    }
}
