package io.sluice.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;

/** What the manifests of the built jars must say. */
class ManifestRulesTest {

    private final SourceTree tree = SourceTree.find();

    @Test
    void r4OnlyTheContractsAreExported() throws IOException {
        List<String> offenders = new ArrayList<>();
        for (Path module : tree.modules()) {
            String exports = manifest(module).getMainAttributes().getValue("Export-Package");
            if (exports != null && !tree.name(module).equals("bundles/api")) {
                offenders.add(tree.name(module) + " exports " + exports);
            }
        }
        assertThat(offenders).as("R4: no bundle but api exports a package").isEmpty();
    }

    @Test
    void symbolicNameIsTheFolderPath() throws IOException {
        List<String> offenders = new ArrayList<>();
        for (Path module : tree.modules()) {
            String symbolicName = manifest(module).getMainAttributes().getValue("Bundle-SymbolicName");
            if (symbolicName == null) {
                continue; // a plain jar: the launcher and the libraries that rooms embed
            }
            String expected = expectedName(tree.name(module));
            if (!symbolicName.replaceFirst(";.*", "").equals(expected)) {
                offenders.add(tree.name(module) + " is called " + symbolicName + ", expected " + expected);
            }
        }
        assertThat(offenders).isEmpty();
    }

    @Test
    void fragmentsChooseTheirPlatformByCapability() throws IOException {
        for (Path module : tree.modules()) {
            var attributes = manifest(module).getMainAttributes();
            if (attributes.getValue("Fragment-Host") == null) {
                continue;
            }
            assertThat(attributes.getValue("Require-Capability"))
                    .as("law of fragments 3: %s", tree.name(module))
                    .contains("osgi.native");
            assertThat(attributes.getValue("Service-Component"))
                    .as("law of fragments 2: %s has no Service-Component header", tree.name(module))
                    .isNull();
        }
    }

    @Test
    void fragmentHostsExportNothingAndFindTheComponentsOfFragments() throws IOException {
        for (Path fragment : tree.modules()) {
            String host = manifest(fragment).getMainAttributes().getValue("Fragment-Host");
            if (host == null) {
                continue;
            }
            Path room = tree.modules().stream()
                    .filter(module -> expectedName(tree.name(module)).equals(host.replaceFirst(";.*", "")))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(tree.name(fragment) + " has no host " + host));
            var attributes = manifest(room).getMainAttributes();
            assertThat(attributes.getValue("Export-Package"))
                    .as("law of fragments 1: %s", tree.name(room))
                    .isNull();
            assertThat(attributes.getValue("Service-Component"))
                    .as("law of fragments 2: %s", tree.name(room))
                    .isEqualTo("OSGI-INF/*.xml");
        }
    }

    @Test
    void everyBundleNeedsTheJavaItIsBuiltFor() throws IOException {
        for (Path module : tree.modules()) {
            var attributes = manifest(module).getMainAttributes();
            if (attributes.getValue("Bundle-SymbolicName") != null) {
                assertThat(attributes.getValue("Require-Capability"))
                        .as(tree.name(module))
                        .contains("(osgi.ee=JavaSE)(version=25)");
            }
        }
    }

    private static String expectedName(String folder) {
        String[] parts = folder.split("/");
        return switch (parts[0]) {
            case "bundles" -> "io.sluice." + String.join(".", List.of(parts).subList(1, parts.length));
            case "platform-fragments" ->
                "io.sluice." + String.join(".", List.of(parts).subList(2, parts.length)) + "." + parts[1];
            default -> "io.sluice." + parts[1];
        };
    }

    private Manifest manifest(Path module) throws IOException {
        try (JarFile jar = new JarFile(tree.jar(module).toFile())) {
            return jar.getManifest();
        }
    }
}
