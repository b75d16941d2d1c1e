package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplianceTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Map<String, String> FOREIGN = Map.of(
            "Fragment-Host", "host", "Require-Capability", "osgi.native;filter:=\"(osgi.native.osname=TempleOS)\"");

    @TempDir
    Path home;

    private Appliance appliance;

    @AfterEach
    void stop() throws InterruptedException {
        if (appliance != null) {
            appliance.stop(SHORT);
        }
    }

    @Test
    void a_complete_set_has_no_shortfall() throws Exception {
        install(
                bundle("exporter", 1, Map.of("Export-Package", "p;version=1.0")),
                bundle("importer", 5, Map.of("Import-Package", "p")),
                bundle("fragment", 5, Map.of("Fragment-Host", "exporter")));

        assertThat(appliance.start(LONG)).isEmpty();
        assertThat(appliance.size()).isEqualTo("3 bundles");
    }

    @Test
    void says_what_is_started_and_whether_it_stands() throws Exception {
        install(bundle("first", 1, Map.of()), bundle("second", 5, Map.of()));
        List<String> said = new CopyOnWriteArrayList<>();
        appliance.watchStarts(said::add);
        appliance.start(LONG);

        assertThat(said).containsExactly("while first 1.0.0 was being started", "while second 1.0.0 was being started");
        assertThat(appliance.endsWithin(SHORT)).isFalse();
        appliance.stop(LONG);
        assertThat(appliance.endsWithin(SHORT)).isTrue();
    }

    @Test
    void a_bundle_that_does_not_resolve_is_named_with_its_reason_and_the_others_run() throws Exception {
        install(
                bundle("fine", 1, Map.of()),
                bundle("middle", 5, Map.of("Import-Package", "absent;version=\"[2,3)\"", "Export-Package", "middle")),
                bundle("poor", 5, Map.of("Import-Package", "middle")));

        assertThat(appliance.start(LONG))
                .containsExactly(
                        "middle 1.0.0 is not resolved: middle needs package absent [2.0.0,3.0.0), which no installed "
                                + "bundle provides",
                        "poor 1.0.0 is not resolved: middle needs package absent [2.0.0,3.0.0), which no installed "
                                + "bundle provides");
    }

    @Test
    void a_fragment_of_another_platform_holds_nobody_back() throws Exception {
        install(bundle("host", 1, Map.of()), bundle("other", 1, FOREIGN));

        assertThat(appliance.start(LONG)).isEmpty();
        assertThat(appliance.size()).isEqualTo("2 bundles, 1 of them for other platforms");
    }

    @Test
    void a_fragment_of_this_platform_that_cannot_attach_is_named() throws Exception {
        install(
                bundle("host", 1, Map.of()),
                bundle("homeless", 1, Map.of("Fragment-Host", "nobody")),
                bundle("poor", 1, Map.of("Fragment-Host", "host", "Import-Package", "absent")));

        assertThat(appliance.start(LONG))
                .containsExactly(
                        "homeless 1.0.0 is not resolved: no installed bundle provides the host bundle nobody",
                        "poor 1.0.0 is not resolved: no installed bundle provides package absent");
    }

    @Test
    void a_bundle_that_hangs_in_its_start_is_named_after_the_timeout() throws Exception {
        install(new LaunchConfig(List.of(), SHORT, SHORT, Map.of("hang", "start")), hanging());

        assertThat(appliance.start(SHORT))
                .containsExactly("hanging 1.0.0 is still starting: its start has not come to an end yet");
    }

    @Test
    void an_activator_that_is_missing_is_named_with_its_cause() throws Exception {
        install(bundle("broken", 1, Map.of("Bundle-Activator", "no.such.Type")));

        assertThat(appliance.start(LONG))
                .singleElement()
                .asString()
                .startsWith("broken 1.0.0 is not started: ")
                .contains("no.such.Type");
    }

    @Test
    void stops_within_its_bound_although_a_bundle_hangs() throws Exception {
        install(hanging());
        appliance.start(LONG);

        long start = System.nanoTime();
        assertThat(appliance.stop(SHORT)).isFalse();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONG);
    }

    @Test
    void an_orderly_stop_reports_so_and_ends_the_wait() throws Exception {
        install(bundle("fine", 1, Map.of()));
        appliance.start(LONG);

        assertThat(appliance.stop(LONG)).isTrue();
        assertThat(appliance.waitForStop()).isEqualTo(ExitCode.OK);
    }

    @Test
    void keeps_the_storage_for_the_same_set_and_cleans_it_for_another() throws Exception {
        BundlePlan.Entry kept = bundle("kept", 1, Map.of());
        BundlePlan.Entry dropped = bundle("dropped", 1, Map.of());
        Path marker = home.resolve("data/cache/marker");

        install(kept, dropped);
        appliance.stop(LONG);
        java.nio.file.Files.writeString(marker, "");
        install(kept, dropped);
        assertThat(marker).exists();
        appliance.stop(LONG);

        install(kept);
        assertThat(marker).doesNotExist();
        assertThat(appliance.wires()).contains("kept 1.0.0").doesNotContain("dropped");
    }

    @Test
    void lists_bundles_and_who_takes_which_package_from_whom() throws Exception {
        install(
                bundle("b.importer", 5, Map.of("Import-Package", "p,q,org.slf4j;version=\"[2,3)\"")),
                bundle("a.exporter", 1, Map.of("Export-Package", "p;version=1.0,q;version=1.0")),
                bundle("c.fragment", 5, Map.of("Fragment-Host", "a.exporter")),
                bundle("d.foreign", 5, FOREIGN));

        assertThat(appliance.wires()).endsWith("""

                a.exporter 1.0.0 @1

                b.importer 1.0.0 @5
                  (system): org.slf4j
                  a.exporter: p q

                c.fragment 1.0.0 @5 in a.exporter

                d.foreign 1.0.0 @5 (not resolved here)
                """);
    }

    private BundlePlan.Entry bundle(String name, int startLevel, Map<String, String> headers) throws IOException {
        return Jars.bundle(home.resolve("system"), name, startLevel, headers);
    }

    private BundlePlan.Entry hanging() throws IOException {
        return Jars.bundle(
                home.resolve("system"),
                "hanging",
                1,
                Map.of("Bundle-Activator", HangingActivator.class.getName(), "Import-Package", "org.osgi.framework"),
                HangingActivator.class);
    }

    private void install(BundlePlan.Entry... entries) throws LaunchException {
        install(new LaunchConfig(List.of(), SHORT, SHORT, Map.of()), entries);
    }

    private void install(LaunchConfig config, BundlePlan.Entry... entries) throws LaunchException {
        Directories directories = new Directories(home, home.resolve("etc"), home.resolve("data"), home.resolve("log"));
        appliance = new Appliance(directories, new BundlePlan(List.of(entries)), config, name -> null);
        appliance.install();
    }
}
