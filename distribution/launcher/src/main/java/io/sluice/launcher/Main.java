package io.sluice.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the appliance and stays until it ends; or writes the list of its bundles and wires. */
public final class Main {
    private static final String USAGE = """
            usage: java -Dsluice.home=DIRECTORY -jar io.sluice.launcher.jar [run [FILE] | wires FILE | check FILE...]
              run            start the appliance in the foreground (default)
              run FILE       the same if FILE has no errors; else they are in FILE.problems and the exit code is 23
              check FILE...  name every problem of configuration files; exit 23 if there are errors
              wires FILE     resolve the bundles, start none, write them and their package wires to FILE""";

    private Main() {}

    /**
     * Ends the JVM with one of the values of {@link ExitCode}; SIGTERM and SIGINT stop the appliance in good order.
     *
     * @param arguments {@code run} (default), {@code run FILE}, {@code wires FILE} or {@code check FILE...}
     */
    public static void main(String[] arguments) throws InterruptedException {
        int exitCode;
        try {
            List<String> words = List.of(arguments);
            if (words.isEmpty() || words.equals(List.of("run"))) {
                exitCode = run(directories()).value();
            } else if (words.size() == 2 && words.getFirst().equals("run")) {
                exitCode = runChecked(directories(), words.getLast());
            } else if (words.size() == 2 && words.getFirst().equals("wires")) {
                exitCode = writeWires(directories(), Path.of(words.getLast())).value();
            } else if (words.size() > 1 && words.getFirst().equals("check")) {
                Path system = Directories.from(System::getProperty).system();
                exitCode = OfflineCheck.run(system, words.subList(1, words.size()), System.out, System.err);
            } else {
                throw LaunchException.invalid(USAGE);
            }
        } catch (LaunchException e) {
            System.err.println("sluice: " + e.getMessage());
            exitCode = e.exitCode().value();
            LoggerFactory.getLogger(Main.class).info("The start failed", e);
        }
        System.exit(exitCode);
    }

    private static Directories directories() throws LaunchException {
        Directories directories = Directories.from(System::getProperty);
        LogFiles.open(directories);
        return directories;
    }

    /** For whoever wrote a file a moment ago and wants no appliance without it: a check of its own would be another start of a JVM. */
    private static int runChecked(Directories directories, String file) throws LaunchException, InterruptedException {
        try (PrintStream problems = new PrintStream(file + ".problems", StandardCharsets.UTF_8)) {
            int checked = OfflineCheck.run(directories.system(), List.of(file), problems, problems);
            if (checked != 0) {
                return checked;
            }
        } catch (IOException e) {
            throw LaunchException.failed("The problems of " + file + " cannot be written beside it: " + e + ".", e);
        }
        return run(directories).value();
    }

    private static ExitCode run(Directories directories) throws LaunchException, InterruptedException {
        LaunchConfig written = LaunchConfig.read(directories.setting("launcher.properties"));
        features(written, directories);
        DataLock lock = DataLock.take(directories.data());
        removeLeftovers(directories.temporary());
        StateFile state = new StateFile(directories.data());
        state.write(StateFile.State.STARTING, List.of());

        FailedStarts starts = FailedStarts.read(directories.data(), FailedStarts.boot());
        Rescue rescue = new Rescue(starts);
        LaunchConfig config = rescue.instead(written);
        Appliance appliance;
        Shutdown shutdown;
        try (EarlyStop early = new EarlyStop(starts)) {
            rescue.await();
            starts.begin();
            appliance = new Appliance(directories, plan(config, directories), config, System::getProperty);
            appliance.install();
            appliance.watchStarts(starts::doing);
            shutdown = new Shutdown(appliance, config.stopTimeout(), state, starts, lock);
            Runtime.getRuntime().addShutdownHook(new Thread(shutdown, "sluice-stop"));
        }
        List<String> problems;
        try {
            problems = appliance.start(config.startTimeout());
        } catch (LaunchException e) {
            shutdown.endsWith(e.exitCode());
            throw e;
        }
        starts.doing("after everything was started");
        if (!shutdown.begun()) {
            report(appliance, rescue, problems, state);
        }
        starts.stand(appliance::endsWithin);
        ExitCode exitCode = appliance.waitForStop();
        shutdown.endsWith(exitCode);
        return exitCode;
    }

    private static void removeLeftovers(Path temporary) {
        try {
            FileTree.clear(temporary);
        } catch (IOException e) {
            LoggerFactory.getLogger(Main.class).warn("Old files in {} cannot be removed: {}", temporary, e.toString());
        }
    }

    private static List<Feature> features(LaunchConfig config, Directories directories) throws LaunchException {
        List<Feature> features = new ArrayList<>();
        for (String name : config.features()) {
            features.add(Feature.read(directories.features(), name));
        }
        return features;
    }

    private static BundlePlan plan(LaunchConfig config, Directories directories) throws LaunchException {
        return BundlePlan.of(features(config, directories), directories.system());
    }

    /** The one line on the console; every problem is in the log and, as a warning, on the console too. */
    private static void report(Appliance appliance, Rescue rescue, List<String> shortfalls, StateFile state) {
        Logger log = LoggerFactory.getLogger(Main.class);
        List<String> problems = new ArrayList<>(rescue.problems());
        problems.addAll(shortfalls);
        problems.forEach(log::warn);
        String version = Main.class.getPackage().getImplementationVersion();
        String line = "Sluice %s %s in %.2f s: %s, process %d"
                .formatted(
                        version == null ? "(unpackaged)" : version,
                        rescue.mode() ? "is in rescue mode" : shortfalls.isEmpty() ? "is ready" : "runs incomplete",
                        sinceJvmStart().toMillis() / 1000.0,
                        shortfalls.isEmpty()
                                ? appliance.size()
                                : shortfalls.size() + " of " + appliance.size() + " not at work",
                        ProcessHandle.current().pid());
        // First the file: who has read the line may look there.
        state.write(problems.isEmpty() ? StateFile.State.READY : StateFile.State.INCOMPLETE, problems);
        log.info(line);
        System.out.println(line);
    }

    /** By the JVM's own clock: the start time of a process is known only to the second on Linux. */
    private static Duration sinceJvmStart() {
        long now = System.currentTimeMillis();
        return Duration.ofMillis(now - ManagementFactory.getRuntimeMXBean().getStartTime());
    }

    /** Uses a storage of its own, so that it works beside a running appliance and leaves nothing behind. */
    private static ExitCode writeWires(Directories directories, Path file)
            throws LaunchException, InterruptedException {
        LaunchConfig config = LaunchConfig.read(directories.setting("launcher.properties"));
        BundlePlan plan = plan(config, directories);
        try {
            Path data = Files.createTempDirectory("sluice-bundles");
            try {
                Directories apart = new Directories(directories.home(), directories.etc(), data, directories.log());
                Appliance appliance = new Appliance(apart, plan, config, System::getProperty);
                appliance.install();
                Files.writeString(file, appliance.wires());
                appliance.stop(config.stopTimeout());
            } finally {
                FileTree.delete(data);
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw LaunchException.failed("The list of bundles cannot be written to " + file + ": " + e + ".", e);
        }
    }
}
