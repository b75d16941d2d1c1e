package io.sluice.itest;

import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Constants;

/** The built distribution as options of Pax Exam: the same bundles, start levels and framework properties as the launcher gives. */
final class Distribution {

    /** System property: the folder that this JVM's appliance has for itself. */
    static final String WORK = "sluice.itest.work";

    /** One line of a feature file; the launcher's own tests hold the full syntax. */
    private static final Pattern ENTRY =
            Pattern.compile("\\{\\s*\"id\"\\s*:\\s*\"([^\"]+)\"\\s*,\\s*\"start-order\"\\s*:\\s*(\\d+)\\s*}");

    /** Above the consoles, which start last. */
    private static final int TESTS_START_LEVEL = 60;

    private Distribution() {}

    /** @param configuration the appliance's {@code etc/sluice.json} */
    static Option[] with(String configuration) throws IOException {
        Path home = Path.of(System.getProperty("sluice.itest.home")).toRealPath();
        Properties launcher = new Properties();
        try (Reader in = Files.newBufferedReader(home.resolve("etc/launcher.properties"))) {
            launcher.load(in);
        }
        List<Option> options = new ArrayList<>();
        for (Map.Entry<String, Integer> entry :
                bundles(home, launcher.getProperty("features")).entrySet()) {
            options.add(bundle(home.resolve("system").resolve(repositoryPath(entry.getKey())), entry.getValue()));
        }
        for (String name : launcher.stringPropertyNames()) {
            if (name.startsWith("framework.")) {
                options.add(frameworkProperty(name.substring("framework.".length()))
                        .value(launcher.getProperty(name).strip()));
            }
        }
        options.addAll(directories(home, configuration));
        options.addAll(system());
        return options.toArray(Option[]::new);
    }

    private static Map<String, Integer> bundles(Path home, String features) throws IOException {
        Map<String, Integer> found = new LinkedHashMap<>();
        for (String feature : features.split(",")) {
            Matcher entry = ENTRY.matcher(Files.readString(home.resolve("features/" + feature.strip() + ".json")));
            while (entry.find()) {
                found.put(entry.group(1), Integer.valueOf(entry.group(2)));
            }
        }
        return found;
    }

    /** {@code group:artifact:version[:classifier]}. */
    private static String repositoryPath(String id) {
        String[] part = id.split(":");
        String classifier = part.length > 3 ? "-" + part[3] : "";
        return part[0].replace('.', '/') + "/" + part[1] + "/" + part[2] + "/" + part[1] + "-" + part[2] + classifier
                + ".jar";
    }

    private static Option bundle(Path jar, int startLevel) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new IOException("the distribution is incomplete: there is no " + jar);
        }
        try (JarFile content = new JarFile(jar.toFile())) {
            var option = org.ops4j.pax.exam.CoreOptions.bundle("reference:" + jar.toUri())
                    .startLevel(startLevel);
            boolean fragment = content.getManifest().getMainAttributes().getValue(Constants.FRAGMENT_HOST) != null;
            return fragment ? option.noStart() : option;
        }
    }

    private static List<Option> directories(Path home, String configuration) throws IOException {
        Path work = Path.of(System.getProperty(WORK));
        Path etc = Files.createDirectories(work.resolve("etc"));
        Files.writeString(etc.resolve("sluice.json"), configuration);
        List<Option> options = new ArrayList<>();
        options.add(frameworkProperty("sluice.home").value(home.toString()));
        options.add(frameworkProperty("sluice.etc").value(etc.toString()));
        for (String name : List.of("data", "log")) {
            options.add(frameworkProperty("sluice." + name)
                    .value(Files.createDirectories(work.resolve(name)).toString()));
        }
        options.add(workingDirectory(work.resolve("framework").toString()));
        return options;
    }

    private static List<Option> system() {
        String slf4j = org.slf4j.Logger.class.getPackage().getImplementationVersion();
        List<Option> options = new ArrayList<>(List.of(
                cleanCaches(),
                frameworkStartLevel(TESTS_START_LEVEL),
                frameworkProperty("sluice.console").value("false"),
                frameworkProperty("gosh.args").value("--nointeractive"),
                systemPackage("org.slf4j;org.slf4j.event;org.slf4j.helpers;org.slf4j.spi;version=" + slf4j),
                systemPackage("org.slf4j;org.slf4j.helpers;org.slf4j.spi;version=1.7.36"),
                systemPackage("org.osgi.service.log;version=1.5"),
                systemPackage("io.sluice.testkit.netns"),
                systemProperty("pax.exam.invoker").value("junit"),
                systemProperty("pax.exam.osgi.unresolved.fail").value("false")));
        for (String name : List.of(
                "org.apache.servicemix.bundles.hamcrest",
                "org.apache.servicemix.bundles.junit",
                "pax-exam-invoker-junit")) {
            Path jar = Path.of(System.getProperty("sluice.itest.exam"), name + ".jar");
            options.add(org.ops4j.pax.exam.CoreOptions.bundle(jar.toUri().toString())
                    .startLevel(1));
        }
        return options;
    }
}
