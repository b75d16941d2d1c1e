package io.sluice.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the sources themselves must keep to. */
class SourceRulesTest {

    private static final Pattern EMPTY_NAME = Pattern.compile("(^|/)(util|utils|helper|helpers|common|misc|base)(/|$)");
    private static final Pattern EMPTY_CLASS = Pattern.compile(".*(Impl|Util|Utils|Helper|Helpers|Misc)\\.java");

    private static final Pattern CONFORMANCE_CASE =
            Pattern.compile("@Tag\\(\"TC-(\\d\\d)\"\\)|void (?:TC\\d\\d_)*?TC(\\d\\d)_");

    private static final List<Integer> CONFORMANCE_CASES = List.of(
            1, 2, 4, 6, 7, 9, 10, 12, // handshake
            13, 14, 15, 18, 20, // acceptance, blind attacks
            21, 22, 23, 25, 26, 28, 29, 31, 32, 33, 34, 36, 37, 39, // transfer, windows, timers
            40, 41, 43, 45, 46, 48, 50, 51, 53, // timestamps, SACK, recovery, congestion control
            54, 55, 57, 58, 59, 60, 63, 64, 65, // path MTU, ICMP, IP, fragments
            66, 68, 70, 71, 72); // mappings and sessions

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

    /** Of the conformance of the IP stacks: a tag {@code TC-15}, or a test's name that begins with {@code TC15_}. */
    @Test
    void everyConformanceCaseHasATestOfItsName() {
        TreeSet<Integer> found = new TreeSet<>();
        for (Path test : tree.bundleTests()) {
            Matcher matcher = CONFORMANCE_CASE.matcher(SourceTree.read(test));
            while (matcher.find()) {
                found.add(Integer.valueOf(matcher.group(1) == null ? matcher.group(2) : matcher.group(1)));
            }
        }
        assertThat(found).containsExactlyElementsOf(CONFORMANCE_CASES);
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
