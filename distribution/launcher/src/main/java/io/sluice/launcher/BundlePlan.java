package io.sluice.launcher;

import io.sluice.launcher.Feature.FeatureBundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What to install: every bundle of the chosen features once, ordered by start level and, within one, as the features
 * list them.
 */
record BundlePlan(List<Entry> entries) {

    /**
     * @param jar absolute
     * @param startLevel at which the bundle starts
     */
    record Entry(ArtifactId id, Path jar, int startLevel) {
        /** The framework reads the jar where it is and copies nothing. */
        String location() {
            return "reference:" + jar.toUri();
        }
    }

    BundlePlan {
        entries = List.copyOf(entries);
    }

    /**
     * Merges the features. The same bundle may stand in several of them with the same start level; two versions or two
     * start levels of one artifact contradict each other and are refused.
     *
     * @param system the repository that holds the jars; a missing jar is refused here, before anything starts
     */
    static BundlePlan of(List<Feature> features, Path system) throws LaunchException {
        List<FeatureBundle> bundles = new ArrayList<>();
        for (Feature feature : features) {
            for (FeatureBundle bundle : feature.bundles()) {
                if (!alreadyIn(bundles, bundle, feature)) {
                    bundles.add(bundle);
                }
            }
        }
        List<Entry> entries = bundles.stream()
                .sorted(Comparator.comparingInt(FeatureBundle::startOrder))
                .map(bundle -> new Entry(
                        bundle.id(),
                        system.resolve(bundle.id().path()).toAbsolutePath().normalize(),
                        bundle.startOrder()))
                .toList();
        for (Entry entry : entries) {
            if (!Files.isRegularFile(entry.jar())) {
                throw LaunchException.failed("The bundle " + entry.id() + " is missing: there is no " + entry.jar()
                        + ". The installation is incomplete, install it again.");
            }
        }
        return new BundlePlan(entries);
    }

    private static boolean alreadyIn(List<FeatureBundle> bundles, FeatureBundle bundle, Feature feature)
            throws LaunchException {
        for (FeatureBundle other : bundles) {
            if (!other.id().sameArtifact(bundle.id())) {
                continue;
            }
            if (!other.equals(bundle)) {
                throw LaunchException.invalid("The feature " + feature.id() + " wants " + bundle.id()
                        + " at start-order " + bundle.startOrder() + ", another one " + other.id() + " at "
                        + other.startOrder() + ". Make them agree.");
            }
            return true;
        }
        return false;
    }

    /** The level to raise the framework to; 1 for an empty plan. */
    int highestStartLevel() {
        return entries.stream().mapToInt(Entry::startLevel).max().orElse(1);
    }
}
