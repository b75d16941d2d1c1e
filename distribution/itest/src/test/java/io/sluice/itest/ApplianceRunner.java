package io.sluice.itest;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.Test;
import org.junit.runner.Description;
import org.junit.runner.Runner;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;
import org.junit.runner.notification.RunNotifier;
import org.junit.runners.model.InitializationError;
import org.ops4j.pax.exam.junit.PaxExam;

/**
 * Runs a test class in the framework of Pax Exam, or skips it with a printed reason where this JVM has no namespace of its own. Names the
 * test methods before they run, as the build's test engine counts only what was announced; Pax Exam names them by itself and late.
 */
public final class ApplianceRunner extends Runner {

    /** Set by src/test/namespace/bin/java: empty, or why there is no namespace. */
    private static final String SKIP = "SLUICE_ITEST_SKIP";

    private final Class<?> testClass;
    private final Description all;

    public ApplianceRunner(Class<?> testClass) {
        this.testClass = testClass;
        this.all = Description.createSuiteDescription(testClass);
        Arrays.stream(testClass.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .sorted()
                .forEach(name -> all.addChild(Description.createTestDescription(testClass, name)));
    }

    @Override
    public Description getDescription() {
        return all;
    }

    @Override
    public void run(RunNotifier notifier) {
        String reason = System.getenv()
                .getOrDefault(
                        SKIP,
                        "this JVM is not in a network namespace of its own: run it by Maven (-pl distribution/itest)");
        if (!reason.isEmpty()) {
            System.out.println(testClass.getSimpleName() + " is skipped: " + reason);
            all.getChildren().forEach(notifier::fireTestIgnored);
            return;
        }
        RunNotifier exam = new RunNotifier();
        exam.addListener(new Renamed(notifier));
        try {
            // Not below target: the path of a unix socket has room for 107 bytes (unix(7)).
            Path work = Files.createTempDirectory("sluice-itest");
            System.setProperty(Distribution.WORK, work.toString());
            try {
                new PaxExam(testClass).run(exam);
            } finally {
                remove(work);
            }
        } catch (InitializationError e) {
            e.getCauses().forEach(cause -> notifier.fireTestFailure(new Failure(all, cause)));
        } catch (IOException e) {
            notifier.fireTestFailure(new Failure(all, e));
        }
    }

    /** Passes on what happens to a test under the name that was announced. */
    private final class Renamed extends RunListener {

        private final RunNotifier to;

        Renamed(RunNotifier to) {
            this.to = to;
        }

        private Description announced(Description test) {
            String name = String.valueOf(test.getMethodName());
            return all.getChildren().stream()
                    .filter(child -> name.equals(child.getMethodName()) || name.startsWith(child.getMethodName() + ":"))
                    .findFirst()
                    .orElse(all);
        }

        @Override
        public void testStarted(Description test) {
            to.fireTestStarted(announced(test));
        }

        @Override
        public void testFinished(Description test) {
            to.fireTestFinished(announced(test));
        }

        @Override
        public void testFailure(Failure failure) {
            to.fireTestFailure(new Failure(announced(failure.getDescription()), failure.getException()));
        }

        @Override
        public void testAssumptionFailure(Failure failure) {
            to.fireTestAssumptionFailed(new Failure(announced(failure.getDescription()), failure.getException()));
        }

        @Override
        public void testIgnored(Description test) {
            to.fireTestIgnored(announced(test));
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
