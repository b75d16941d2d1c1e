package io.sluice.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One feature file: a named list of bundles (the part of OSGi Compendium 8.1 §159 that the launcher honours).
 *
 * @param id coordinates of the feature itself
 * @param bundles in the order of the file
 */
record Feature(String id, List<FeatureBundle> bundles) {

    /**
     * A bundle and the start level at which it starts, 1 to {@value #MAX_START_ORDER}: 1 configuration and components,
     * 5 libraries and native access, 10 the kill switch, 20 the host's network, 30 the data plane, 40 control, 50 consoles.
     */
    record FeatureBundle(ArtifactId id, int startOrder) {
        /** Leaves room above the consoles (50) for what an operator adds. */
        static final int MAX_START_ORDER = 99;
    }

    private static final Set<String> KEYS =
            new TreeSet<>(Set.of("feature-resource-version", "id", "name", "description", "bundles"));
    private static final Set<String> BUNDLE_KEYS = new TreeSet<>(Set.of("id", "start-order"));

    Feature {
        bundles = List.copyOf(bundles);
    }

    /** Reads {@code <name>.json} in {@code directory}. */
    static Feature read(Path directory, String name) throws LaunchException {
        Path file = directory.resolve(name + ".json");
        try {
            return parse(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new LaunchException(
                    ExitCode.INVALID_CONFIGURATION,
                    "The feature '" + name + "' is unknown: " + directory + " has " + names(directory) + ".",
                    e);
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCode.INVALID_CONFIGURATION, file + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    static Feature parse(String text, String origin) throws LaunchException {
        try {
            return feature(JsonReader.read(text));
        } catch (IllegalArgumentException e) {
            throw new LaunchException(ExitCode.INVALID_CONFIGURATION, origin + ": " + e.getMessage() + ".", e);
        }
    }

    private static Feature feature(Object json) {
        Map<?, ?> members = object(json, "the feature", KEYS);
        String id = text(members.get("id"), "the feature's 'id'");
        ArtifactId.parse(id);
        if (!(members.get("bundles") instanceof List<?> list)) {
            throw new IllegalArgumentException("'bundles' must be a list");
        }
        List<FeatureBundle> bundles = new ArrayList<>();
        for (Object item : list) {
            Map<?, ?> bundle = object(item, "a bundle", BUNDLE_KEYS);
            ArtifactId bundleId = ArtifactId.parse(text(bundle.get("id"), "a bundle's 'id'"));
            bundles.add(new FeatureBundle(bundleId, startOrder(bundle.get("start-order"), bundleId)));
        }
        return new Feature(id, bundles);
    }

    private static int startOrder(Object value, ArtifactId bundle) {
        String digits = String.valueOf(value);
        if (!digits.matches("[1-9][0-9]?")) {
            throw new IllegalArgumentException("'start-order' of " + bundle + " must be a number from 1 to "
                    + FeatureBundle.MAX_START_ORDER + ", not " + digits);
        }
        return Integer.parseInt(digits);
    }

    private static Map<?, ?> object(Object json, String what, Set<String> known) {
        if (!(json instanceof Map<?, ?> members)) {
            throw new IllegalArgumentException(what + " must be an object");
        }
        for (Object key : members.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        "the key '" + key + "' of " + what + " is unknown; known are " + known);
            }
        }
        return members;
    }

    private static String text(Object json, String what) {
        if (!(json instanceof String text)) {
            throw new IllegalArgumentException(what + " must be a string");
        }
        return text;
    }

    private static String names(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .sorted()
                    .toList();
            return names.isEmpty() ? "no feature files" : String.join(", ", names);
        } catch (IOException e) {
            return "no readable files (" + e + ")";
        }
    }
}
