package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as a process of its own: exit codes, signals, two at once. */
class MainTest {
    /** Several times what a start takes on a machine with one busy processor. */
    private static final long DEADLINE_SECONDS = 120;

    @TempDir
    Path home;

    private final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(home.resolve("etc"));
        Files.createDirectories(home.resolve("features"));
        Files.writeString(home.resolve("etc/launcher.properties"), "features = base\nstop.timeout = 30\n");
        Jars.bundle(home.resolve("system"), "fine", 1, Map.of());
        feature("fine");
    }

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void starts_says_so_refuses_a_second_one_and_stops_by_signal() throws Exception {
        Process first = launch();
        awaitLine(first, "is ready in");
        assertThat(home.resolve("data/launcher.state")).hasContent("state=READY\npid=" + first.pid() + "\n");

        Process second = launch();
        assertThat(exitCode(second)).isEqualTo(ExitCode.FAILURE.value());
        assertThat(output(second)).contains("already runs on").contains("as process " + first.pid());
        assertThat(first.isAlive()).isTrue();

        first.destroy();
        assertThat(exitCode(first)).isEqualTo(ExitCode.OK.value());
        assertThat(home.resolve("data/launcher.state")).content().startsWith("state=STOPPED\n");
        assertThat(home.resolve("data/launcher.starts")).doesNotExist();
    }

    @Test
    void runs_incomplete_and_names_the_reason() throws Exception {
        Jars.bundle(home.resolve("system"), "poor", 1, Map.of("Import-Package", "absent"));
        feature("fine", "poor");

        Process process = launch();
        awaitLine(process, "runs incomplete in");

        assertThat(home.resolve("data/launcher.state"))
                .content()
                .startsWith("state=INCOMPLETE\n")
                .contains("problem=poor 1.0.0 is not resolved: ");
    }

    @Test
    void a_bundle_that_hangs_in_its_stop_is_named_and_left_behind() throws Exception {
        activated("hanging", HangingActivator.class);
        feature("fine", "hanging");
        Files.writeString(home.resolve("etc/launcher.properties"), "features = base\nstop.timeout = 1\n");
        Process process = launch();
        awaitLine(process, "is ready in");

        process.destroy();

        assertThat(exitCode(process)).isEqualTo(ExitCode.FAILURE.value());
        assertThat(output(process))
                .contains("After 1 s these bundles have not stopped: [hanging 1.0.0]")
                .contains("HangingActivator.stop");
    }

    @Test
    void a_bundle_that_ends_the_process_from_its_start_is_named_and_holds_no_other_back() throws Exception {
        activated("noting", NotingActivator.class);
        activated("exiting", ExitingActivator.class);
        feature("fine", "noting", "exiting");
        Process process = launch();

        assertThat(exitCode(process)).isEqualTo(ExitCode.FAILURE.value());
        assertThat(output(process))
                .contains("A bundle has called System.exit: exiting 1.0.0")
                .contains("ExitingActivator.start")
                .doesNotContain("have not stopped");
        assertThat(home.resolve("data/noted")).exists();
    }

    /** What ends every start is not in rescue mode's features; what is written beside it is. */
    @Test
    void starts_that_fail_one_after_the_other_lead_to_rescue_mode_and_a_stop_out_of_it() throws Exception {
        activated("exiting", ExitingActivator.class);
        feature("fine", "exiting");
        Jars.bundle(home.resolve("system"), "rescuer", 1, Map.of());
        Files.writeString(
                home.resolve("features/rescue.json"),
                "{\"id\": \"t:rescue:1\", \"bundles\": [{\"id\": \"t:rescuer:1.0.0\", \"start-order\": 1}]}");
        Files.move(home.resolve("features/base.json"), home.resolve("features/all.json"));
        feature("fine");
        Files.writeString(home.resolve("etc/launcher.properties"), "features = all\n");
        assertThat(exitCode(launch())).isEqualTo(ExitCode.FAILURE.value());
        Process second = launch();
        assertThat(exitCode(second)).isEqualTo(ExitCode.FAILURE.value());
        assertThat(output(second)).contains("1 start has failed; this one begins after 1 s");
        for (int failed = 3; failed <= 5; failed++) {
            assertThat(exitCode(launch())).isEqualTo(ExitCode.FAILURE.value());
        }

        Process rescue = launch();
        awaitLine(rescue, "is in rescue mode in");

        assertThat(output(rescue)).contains("2 bundles");
        String why = "5 starts in a row have failed, the last one while exiting 1.0.0 was being started";
        assertThat(home.resolve("data/launcher.state"))
                .content()
                .startsWith("state=INCOMPLETE\n")
                .contains("problem=rescue mode: " + why + ". Only the consoles");
        rescue.destroyForcibly();
        assertThat(exitCode(rescue)).isEqualTo(137);
        Process again = launch();
        awaitLine(again, "is in rescue mode in");
        assertThat(output(again)).contains("6 starts in a row have failed");
        again.destroy();
        assertThat(exitCode(again)).isEqualTo(ExitCode.OK.value());
        Files.writeString(home.resolve("etc/launcher.properties"), "features = base\n");
        awaitLine(launch(), "is ready in");
    }

    /** As a service manager may, which gives up waiting. */
    @Test
    void a_signal_while_a_start_waits_is_no_failed_start() throws Exception {
        Files.createDirectories(home.resolve("data"));
        Path kept =
                Files.writeString(home.resolve("data/launcher.starts"), "boot=" + FailedStarts.boot() + "\nfailed=4\n");
        Process process = launch();
        awaitLine(process, "this one begins after 8 s");

        process.destroy();

        assertThat(exitCode(process)).isEqualTo(143);
        assertThat(kept).doesNotExist();
    }

    /** Also where the launcher could take it for a stop that somebody wanted. */
    @Test
    void a_bundle_that_ends_the_process_from_a_thread_of_its_own_is_a_failure() throws Exception {
        activated("leaving", LeavingActivator.class);
        feature("fine", "leaving");

        assertThat(exitCode(launch())).isEqualTo(ExitCode.FAILURE.value());

        assertThat(home.resolve("data/launcher.starts")).content().contains("failed=1\n");
    }

    /** It waits for the end of the process, and the end of the process for it. */
    @Test
    void a_bundle_that_ends_the_process_from_its_stop_is_named_and_holds_no_other_back() throws Exception {
        activated("noting", NotingActivator.class);
        activated("exiting", ExitingAtStopActivator.class);
        feature("fine", "noting", "exiting");
        Files.writeString(home.resolve("etc/launcher.properties"), "features = base\nstop.timeout = 3\n");
        Process process = launch();
        awaitLine(process, "is ready in");

        process.destroy();

        assertThat(exitCode(process)).isEqualTo(ExitCode.FAILURE.value());
        assertThat(output(process))
                .contains("A bundle has called System.exit: exiting 1.0.0")
                .contains("ExitingAtStopActivator.stop");
        assertThat(home.resolve("data/noted")).exists();
    }

    private void activated(String name, Class<?> activator) throws IOException {
        Jars.bundle(
                home.resolve("system"),
                name,
                1,
                Map.of("Bundle-Activator", activator.getName(), "Import-Package", "org.osgi.framework"),
                activator);
    }

    @Test
    void a_signal_during_the_start_ends_the_process() throws Exception {
        activated("hanging", HangingActivator.class);
        feature("fine", "hanging");
        Files.writeString(
                home.resolve("etc/launcher.properties"),
                "features = base\nstop.timeout = 1\nstart.timeout = 3\nframework.hang = start\n");
        Process process = launch();
        awaitLine(process, "hanging 1.0.0 is still starting");

        process.destroy();

        assertThat(exitCode(process)).isEqualTo(ExitCode.FAILURE.value());
    }

    @Test
    void a_wrong_configuration_has_an_exit_code_of_its_own() throws Exception {
        Files.writeString(home.resolve("etc/launcher.properties"), "features = bose\n");

        Process process = launch();

        assertThat(exitCode(process)).isEqualTo(ExitCode.INVALID_CONFIGURATION.value());
        assertThat(output(process)).contains("The feature 'bose' is unknown").contains("has base.");
        assertThat(home.resolve("data")).doesNotExist();
    }

    @Test
    void an_own_etc_may_be_empty() throws Exception {
        Path own = Files.createDirectories(home.resolve("own-etc"));

        Process process = launch("-Dsluice.etc=" + own);

        awaitLine(process, "is ready in");
    }

    @Test
    void writes_the_list_of_bundles_beside_a_running_one() throws Exception {
        Process running = launch();
        awaitLine(running, "is ready in");

        Process process = launch("wires", home.resolve("bundles.txt").toString());

        assertThat(exitCode(process)).as(output(process)).isZero();
        assertThat(home.resolve("bundles.txt")).content().endsWith("\nfine 1.0.0 @1\n");
    }

    private void feature(String... bundles) throws IOException {
        String list = String.join(
                ",",
                List.of(bundles).stream()
                        .map("{\"id\": \"t:%s:1.0.0\", \"start-order\": 1}"::formatted)
                        .toList());
        Files.writeString(home.resolve("features/base.json"), "{\"id\": \"t:base:1\", \"bundles\": [" + list + "]}");
    }

    private Process launch(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-Dsluice.home=" + home,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        for (String argument : arguments) {
            if (argument.startsWith("-D")) {
                command.add(1, argument);
            } else {
                command.add(argument);
            }
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(outputFile(processes.size()).toFile())
                .start();
        processes.add(process);
        return process;
    }

    private Path outputFile(int index) {
        return home.resolve("output" + index);
    }

    private String output(Process process) throws IOException {
        return Files.readString(outputFile(processes.indexOf(process)));
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private void awaitLine(Process process, String part) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!output(process).contains(part)) {
            assertThat(process.isAlive() && System.nanoTime() < deadline)
                    .as("'%s' did not come, but:\n%s", part, output(process))
                    .isTrue();
            process.waitFor(20, TimeUnit.MILLISECONDS); // the pause between two looks
        }
    }
}
