package io.sluice.launcher;

import java.nio.file.Path;

/**
 * Maven coordinates of a bundle: {@code group:artifact:version[:classifier]}.
 *
 * @param classifier empty where there is none
 */
record ArtifactId(String group, String artifact, String version, String classifier) {

    /** @throws IllegalArgumentException where the text is not of that form */
    static ArtifactId parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 3 || parts.length > 4) {
            throw new IllegalArgumentException("'" + text + "' is not group:artifact:version[:classifier]");
        }
        for (String part : parts) {
            // No slash and no leading dot: the parts become a path below system/.
            if (!part.matches("[A-Za-z0-9_][A-Za-z0-9_.+-]*")) {
                throw new IllegalArgumentException(
                        "'" + part + "' in '" + text + "' is not a part of a Maven coordinate");
            }
        }
        return new ArtifactId(parts[0], parts[1], parts[2], parts.length == 4 ? parts[3] : "");
    }

    /** The place of the jar in a Maven repository. */
    Path path() {
        String file = artifact + '-' + version + (classifier.isEmpty() ? "" : '-' + classifier) + ".jar";
        return Path.of(group.replace('.', '/'), artifact, version, file);
    }

    /** True where both name the same artifact, in whatever version. */
    boolean sameArtifact(ArtifactId other) {
        return group.equals(other.group) && artifact.equals(other.artifact) && classifier.equals(other.classifier);
    }

    @Override
    public String toString() {
        return group + ':' + artifact + ':' + version + (classifier.isEmpty() ? "" : ':' + classifier);
    }
}
