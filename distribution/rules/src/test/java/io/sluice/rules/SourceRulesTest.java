package io.sluice.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the sources themselves must keep to. */
class SourceRulesTest {

    private static final Pattern EMPTY_NAME = Pattern.compile("(^|/)(util|utils|helper|helpers|common|misc|base)(/|$)");
    private static final Pattern EMPTY_CLASS = Pattern.compile(".*(Impl|Util|Utils|Helper|Helpers|Misc)\\.java");

    private final SourceTree tree = SourceTree.find();

    @Test
    void r7OnlyFragmentsAndTheLauncherAskForTheSystem() {
        List<String> offenders = new ArrayList<>();
        for (Path module : tree.modules()) {
            if (tree.isFragment(module) || tree.name(module).equals("distribution/launcher")) {
                continue;
            }
            for (Path source : tree.mainSources(module)) {
                if (SourceTree.read(source).contains("\"os.name\"")) {
                    offenders.add(tree.name(source));
                }
            }
        }
        assertThat(offenders).as("R7").isEmpty();
    }

    @Test
    void r13NamesSaySomething() {
        List<String> offenders = new ArrayList<>();
        for (Path module : tree.modules()) {
            for (Path source : tree.mainSources(module)) {
                String name = tree.name(source);
                if (EMPTY_NAME.matcher(name.substring(0, name.lastIndexOf('/'))).find()
                        || EMPTY_CLASS.matcher(name).matches()) {
                    offenders.add(name);
                }
            }
        }
        assertThat(offenders)
                .as("R13: no package or class named util, helper, common, misc, base or *Impl")
                .isEmpty();
    }

    @Test
    void r14EveryPackageSaysWhatItIsFor() {
        List<String> offenders = new ArrayList<>();
        for (Path module : tree.modules()) {
            tree.mainSources(module).stream().map(Path::getParent).distinct().forEach(folder -> {
                Path info = folder.resolve("package-info.java");
                if (!Files.isRegularFile(info) || SourceTree.read(info).indexOf("/**") < 0) {
                    offenders.add(tree.name(folder));
                }
            });
        }
        assertThat(offenders).as("R14: package-info.java with a comment").isEmpty();
    }

    @Test
    void filesStaySmall() {
        List<String> offenders = new ArrayList<>();
        for (Path module : tree.modules()) {
            for (Path source : tree.mainSources(module)) {
                long lines = SourceTree.read(source).lines().count();
                if (lines > 400) {
                    offenders.add(tree.name(source) + ": " + lines + " lines");
                }
            }
        }
        assertThat(offenders).as("one concern a file: at most 400 lines").isEmpty();
    }
}
