package io.sluice.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * {@code etc/launcher.properties}, checked.
 *
 * @param features names of the feature files to install, in the order written
 * @param startTimeout how long the start levels may take before the unfinished bundle is named
 * @param stopTimeout how long the bundles may take to stop before the process ends without them
 * @param framework properties given to the framework as they are: keys {@code framework.<name>}
 */
record LaunchConfig(List<String> features, Duration startTimeout, Duration stopTimeout, Map<String, String> framework) {

    /** Ours: a start takes some seconds, and on the slowest box with a cold disk not a quarter of this. */
    static final Duration DEFAULT_START_TIMEOUT = Duration.ofSeconds(120);

    /** Below the 90 s after which systemd kills a service that does not stop (DefaultTimeoutStopSec). */
    static final Duration DEFAULT_STOP_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);
    private static final String FRAMEWORK_PREFIX = "framework.";

    LaunchConfig {
        features = List.copyOf(features);
        framework = Map.copyOf(framework);
    }

    static LaunchConfig read(Path file) throws LaunchException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new LaunchException(
                    ExitCode.INVALID_CONFIGURATION,
                    file + " is missing: take the one of the distribution, at least 'features = base'.",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new LaunchException(
                    ExitCode.INVALID_CONFIGURATION, file + " cannot be read: " + e.getMessage() + ".", e);
        }
        return parse(properties, file.toString());
    }

    static LaunchConfig parse(Properties properties, String origin) throws LaunchException {
        Map<String, String> left = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> left.put(key, properties.getProperty(key).strip()));

        String features = left.remove("features");
        if (features == null || features.isEmpty()) {
            throw LaunchException.invalid(origin + ": 'features' is missing: name the feature files to install, "
                    + "for example 'features = base, console'.");
        }
        Duration start = seconds(left.remove("start.timeout"), DEFAULT_START_TIMEOUT, "start.timeout", origin);
        Duration stop = seconds(left.remove("stop.timeout"), DEFAULT_STOP_TIMEOUT, "stop.timeout", origin);

        Map<String, String> framework = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : left.entrySet()) {
            String key = entry.getKey();
            if (!key.startsWith(FRAMEWORK_PREFIX) || key.length() == FRAMEWORK_PREFIX.length()) {
                throw LaunchException.invalid(origin + ": the key '" + key + "' is unknown; known are features, "
                        + "start.timeout, stop.timeout and framework.<property>.");
            }
            framework.put(key.substring(FRAMEWORK_PREFIX.length()), entry.getValue());
        }
        List<String> names = Arrays.stream(features.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
        return new LaunchConfig(names, start, stop, framework);
    }

    /** The same with other features. */
    LaunchConfig with(List<String> others, Map<String, String> properties) {
        Map<String, String> all = new LinkedHashMap<>(framework);
        all.putAll(properties);
        return new LaunchConfig(others, startTimeout, stopTimeout, all);
    }

    private static Duration seconds(String text, Duration otherwise, String key, String origin) throws LaunchException {
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,4}")
                || Integer.parseInt(text) < 1
                || Integer.parseInt(text) > LONGEST_TIMEOUT.toSeconds()) {
            throw LaunchException.invalid(origin + ": " + key + " = '" + text
                    + "' is not a number of seconds from 1 to " + LONGEST_TIMEOUT.toSeconds() + ".");
        }
        return Duration.ofSeconds(Integer.parseInt(text));
    }
}
