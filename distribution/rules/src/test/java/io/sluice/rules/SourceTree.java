package io.sluice.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkout that the rules are held against: its modules, their sources and the jars that the reactor packaged before. */
final class SourceTree {

    private static final List<String> GROUPS = List.of("bundles", "platform-fragments", "web-console", "distribution");

    private final Path root;

    private SourceTree(Path root) {
        this.root = root;
    }

    /** The tree above the working directory that has this project's two marks: {@code pom.xml} and {@code bundles}. */
    static SourceTree find() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve("pom.xml")) && Files.isDirectory(at.resolve("bundles"))) {
                return new SourceTree(at);
            }
        }
        throw new IllegalStateException("not inside a Sluice checkout");
    }

    /** Folders with a pom.xml and main sources: the modules that are shipped, so not those that only test. */
    List<Path> modules() {
        return GROUPS.stream()
                .map(root::resolve)
                .filter(Files::isDirectory)
                .flatMap(SourceTree::walk)
                .filter(path -> path.endsWith("pom.xml"))
                .map(Path::getParent)
                .filter(module -> Files.isDirectory(module.resolve("src/main/java")))
                .filter(module -> !module.getFileName().toString().matches("testkit|itest|blackbox|bench|lab|matrix"))
                .sorted()
                .toList();
    }

    /** The jar that a module was packaged to; every module with main sources has one when this test runs in the reactor. */
    Path jar(Path module) {
        Path target = module.resolve("target");
        if (!Files.isDirectory(target)) {
            throw new IllegalStateException(root.relativize(module) + " is not built: run the whole reactor");
        }
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(
                            file -> file.getFileName().toString().matches("io\\.sluice\\.[a-z0-9.]+-\\d[\\d.]*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            root.relativize(module) + " is not built: run the whole reactor"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code bundles/tun}, for messages. */
    String name(Path module) {
        return root.relativize(module).toString();
    }

    boolean isFragment(Path module) {
        return name(module).startsWith("platform-fragments/");
    }

    List<Path> mainSources(Path module) {
        return walk(module.resolve("src/main/java"))
                .filter(path -> path.toString().endsWith(".java"))
                .sorted()
                .toList();
    }

    /** The tests of all bundles. */
    List<Path> bundleTests() {
        return walk(root.resolve("bundles"))
                .filter(path -> path.toString().contains("/src/test/java/"))
                .filter(path -> path.toString().endsWith("Test.java"))
                .sorted()
                .toList();
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> walk(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !path.toString().contains("/target/")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
