package io.sluice.config;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.Generation;
import io.sluice.api.config.Problem;
import io.sluice.config.engine.ClosedConfig;
import io.sluice.config.engine.Compiled;
import io.sluice.config.engine.Component;
import io.sluice.config.engine.ConfigReader;
import io.sluice.config.engine.DefaultConfig;
import io.sluice.config.engine.Plan;
import io.sluice.config.engine.ProblemCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Check, plan, apply, history, over files and an {@link Installer}.
 *
 * <p>An apply: check → write the text as a staged generation → change the components that differ → wait until they are active → write the
 * operator's file → let the generation count. A fault at any of these puts the components and the file of the generation before back.
 */
final class ConfigService implements ConfigStore {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigService.class);

    /** Components become active within milliseconds; one that resolves a name or opens a port may take a second. */
    private static final Duration ACTIVE = Duration.ofSeconds(5);

    private final Path file;
    private final Generations generations;
    private final Installer installer;
    private final InstantSource clock;
    private String text = "";
    private Optional<Generation> current = Optional.empty();

    /** @param file the operator's file */
    ConfigService(Path file, Generations generations, Installer installer, InstantSource clock) {
        this.file = file;
        this.generations = generations;
        this.installer = installer;
        this.clock = clock;
    }

    /**
     * Takes up what is there: the operator's file if it is good, else the last good generation. If there is neither: the default where no file is, nor
     * ever was, else {@link ClosedConfig}. Never waits for components: at this time their bundles may not have started.
     */
    synchronized void startUp() {
        generations.load();
        current = generations.history().stream().filter(this::isGood).findFirst();
        Optional<String> last = current.flatMap(g -> generations.text(g.number()));
        switch (OperatorFile.at(file)) {
            case OperatorFile.Missing _
            when last.isPresent() -> {
                takeUp(last.get(), Optional.empty());
                writeFile("the last configuration");
            }
            case OperatorFile.Missing _
            when generations.isNew() -> {
                text = DefaultConfig.text();
                writeFile("the default configuration");
                takeUp(text, Optional.of("default"));
            }
            case OperatorFile.Missing _ -> close(file + " is gone");
            case OperatorFile.Written(String written)
            when last.equals(Optional.of(written)) -> takeUp(written, Optional.empty());
            case OperatorFile.Written(String written) -> {
                List<Problem> problems = check(written, file.toString());
                problems.forEach(p -> LOG.warn("{}", p));
                Optional<Problem> first = firstError(problems);
                if (first.isEmpty()) {
                    takeUp(written, Optional.of("file"));
                } else {
                    fallBack(last, first.get().toString());
                }
            }
            case OperatorFile.Unreadable(String why) -> fallBack(last, why);
        }
    }

    private static Optional<Problem> firstError(List<Problem> problems) {
        return problems.stream()
                .filter(p -> p.severity() == Problem.Severity.ERROR)
                .findFirst();
    }

    /** Whether this build still understands it. */
    private boolean isGood(Generation generation) {
        Optional<String> kept = generations.text(generation.number());
        Optional<Problem> error = kept.flatMap(t -> firstError(check(t, "generation " + generation.number())));
        error.ifPresent(e -> LOG.warn("a kept configuration is not understood any more: {}", e));
        return kept.isPresent() && error.isEmpty();
    }

    /** The file is there and cannot be used. */
    private void fallBack(Optional<String> last, String why) {
        if (last.isEmpty()) {
            close(why);
            return;
        }
        LOG.error(
                "{} has errors and is not applied ({}); generation {} stays in force. Correct it, then: conf:reload",
                file,
                why,
                current.orElseThrow().number());
        takeUp(last.get(), Optional.empty());
    }

    /** There is nothing to go by. */
    private void close(String why) {
        String reason = "Nothing passes, for there is no valid configuration and no earlier one is known: " + why
                + (why.endsWith(".") || why.endsWith(")") ? "" : ".") + " Correct " + file + " (sluice conf check "
                + file
                + " names every error), then: sluice conf reload";
        LOG.error("{}", reason);
        text = ClosedConfig.text();
        carryOut(ClosedConfig.components(reason), Optional.empty());
    }

    /** Waits until everything in force is active, and names what is not; for the time after the start. */
    void nameInactive(Duration limit) throws InterruptedException {
        try {
            installer
                    .awaitActive(awaited(installer.inForce()), limit)
                    .forEach((component, why) -> LOG.warn(
                            "configured, but not active: {} ({}): {}", component.label(), component.type(), why));
        } catch (IOException e) {
            LOG.warn("whether everything in force is active could not be found out: {}", e.toString());
        }
    }

    /** @param author who a new generation is by; empty if it is the one already kept */
    private void takeUp(String good, Optional<String> author) {
        text = good;
        carryOut(ConfigReader.read(good, file.toString()).components(), author);
    }

    private void carryOut(List<Component> desired, Optional<String> author) {
        try {
            Plan plan = toward(desired);
            plan.lines().forEach(l -> LOG.info("{}", l));
            installer.carryOut(plan);
            if (author.isPresent()) {
                int number = generations.next();
                generations.stage(number, text);
                commit(number, author.get(), "taken up at the start", text);
            }
        } catch (IOException e) {
            LOG.error("the configuration could not be taken up whole: {}", e.toString());
        }
    }

    private Plan toward(List<Component> desired) throws IOException {
        Collection<Component> inForce = installer.inForce();
        return Plan.between(inForce, ClosedConfig.ended(inForce, desired));
    }

    private void writeFile(String what) {
        try {
            DurableFile.write(file, text);
            LOG.info("{} was written to {}", what, file);
        } catch (IOException e) {
            LOG.warn("{} could not be written to {}: {}", what, file, e.toString());
        }
    }

    @Override
    public List<Problem> check(String proposed, String name) {
        return ConfigReader.read(proposed, name).problems();
    }

    @Override
    public synchronized List<String> plan(String proposed) throws ConfigException {
        return planned(compiled(proposed)).lines();
    }

    private Compiled compiled(String proposed) throws ConfigException {
        Compiled compiled = ConfigReader.read(proposed, file.getFileName().toString());
        List<Problem> errors = compiled.problems().stream()
                .filter(p -> p.severity() == Problem.Severity.ERROR)
                .toList();
        if (!errors.isEmpty()) {
            throw new ConfigException(
                    "The configuration has " + (errors.size() == 1 ? "an error" : errors.size() + " errors") + ": "
                            + errors.getFirst(),
                    compiled.problems(),
                    null);
        }
        return compiled;
    }

    private Plan planned(Compiled compiled) throws ConfigException {
        try {
            return toward(compiled.components());
        } catch (IOException e) {
            throw notWritten("What is in force could not be read", e);
        }
    }

    @Override
    public synchronized Generation apply(String proposed, String author, String note) throws ConfigException {
        Compiled compiled = compiled(proposed);
        Plan plan = planned(compiled);
        if (plan.isEmpty() && proposed.equals(text) && current.isPresent()) {
            repairFile();
            return current.get();
        }
        int number = generations.next();
        try {
            generations.stage(number, proposed);
        } catch (IOException e) {
            throw notWritten("The new generation could not be stored", e);
        }
        Collection<Component> before = inForce();
        try {
            effect(plan);
            DurableFile.write(file, proposed);
            Generation generation = commit(number, author, note, proposed);
            text = proposed;
            LOG.info("generation {} is in force: {}", number, plan.lines());
            return generation;
        } catch (ConfigException e) {
            putBack(before, number);
            throw e;
        } catch (IOException | RuntimeException e) { // also a ConfigurationAdmin that has just gone
            putBack(before, number);
            restoreFile();
            throw notWritten("The configuration could not be brought into effect", e);
        }
    }

    private Collection<Component> inForce() throws ConfigException {
        try {
            return List.copyOf(installer.inForce());
        } catch (IOException e) {
            throw notWritten("What is in force could not be read", e);
        }
    }

    private void effect(Plan plan) throws IOException, ConfigException {
        Map<Component, String> failing = bringAbout(plan);
        if (!failing.isEmpty()) {
            List<Problem> problems = new ArrayList<>();
            failing.forEach((c, why) -> problems.add(problem(ProblemCode.NOT_ACTIVE, c.label(), why)));
            throw new ConfigException(
                    "The configuration could not be brought into effect, the one before is in force again: "
                            + problems.getFirst().path() + " did not become active: "
                            + problems.getFirst().message(),
                    problems,
                    null);
        }
    }

    /** What is not active in the end, and why. */
    private Map<Component, String> bringAbout(Plan plan) throws IOException {
        installer.carryOut(plan);
        try {
            List<Component> put = awaited(plan.put());
            Map<Component, String> failing = installer.awaitActive(put, ACTIVE);
            if (failing.isEmpty() || failing.size() == put.size()) {
                return failing;
            }
            // Two listeners that change places: the first found its port taken until the second had moved.
            installer.carryOut(plan.only(failing.keySet()));
            return installer.awaitActive(put, ACTIVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the components", e);
        }
    }

    private static List<Component> awaited(Collection<Component> components) {
        return components.stream().filter(c -> !ClosedConfig.isEnd(c)).toList();
    }

    private Generation commit(int number, String author, String note, String good) throws IOException {
        Generation generation = new Generation(number, clock.instant(), author, note);
        generations.commit(generation, good);
        current = Optional.of(generation);
        return generation;
    }

    private void putBack(Collection<Component> before, int number) {
        try {
            bringAbout(Plan.between(installer.inForce(), before))
                    .forEach((component, why) -> LOG.error("{} was put back, but {}", component.label(), why));
        } catch (IOException | RuntimeException e) {
            LOG.error("the configuration before could not be put back whole: {}", e.toString());
        }
        generations.discard(number);
        LOG.warn("generation {} was given up; what was in force before is again", number);
    }

    private void restoreFile() {
        try {
            DurableFile.write(file, text);
        } catch (IOException e) {
            LOG.warn("{} may hold a configuration that is not in force: {}", file, e.toString());
        }
    }

    /** What is in force was asked for; the operator's file may hold something else, a broken text for instance. */
    private void repairFile() throws ConfigException {
        try {
            if (!OperatorFile.at(file).equals(new OperatorFile.Written(text))) {
                DurableFile.write(file, text);
                LOG.info("the configuration in force was written to {} again", file);
            }
        } catch (IOException e) {
            throw notWritten("The configuration is in force, but could not be written to " + file, e);
        }
    }

    private Problem problem(ProblemCode code, String path, String message) {
        return new Problem(
                code.severity(), code.code(), file.getFileName().toString(), 1, 1, path, message, Optional.empty());
    }

    private ConfigException notWritten(String what, Exception e) {
        String message = what + ": " + e.getMessage() + ".";
        return new ConfigException(message, List.of(problem(ProblemCode.NOT_WRITTEN, "", message)), e);
    }

    @Override
    public synchronized String text() {
        return text;
    }

    @Override
    public synchronized Optional<Generation> current() {
        return current;
    }

    @Override
    public synchronized List<Generation> history() {
        return generations.history();
    }

    @Override
    public synchronized Optional<String> text(int generation) {
        return generations.text(generation);
    }

    @Override
    public synchronized Generation rollBack(int generation, String author) throws ConfigException {
        Optional<String> kept = generations.text(generation);
        if (kept.isEmpty()) {
            String message = "There is no generation " + generation + "; kept are "
                    + generations.history().stream()
                            .map(g -> Integer.toString(g.number()))
                            .toList() + ".";
            throw new ConfigException(message, List.of(problem(ProblemCode.NO_GENERATION, "", message)), null);
        }
        return apply(kept.get(), author, "rolled back to generation " + generation);
    }
}
