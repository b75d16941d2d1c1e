package io.sluice.shell;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.Generation;
import io.sluice.api.config.Problem;
import io.sluice.shell.engine.Amounts;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.ConfigText;
import io.sluice.shell.engine.ExitCode;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.CoveredConfig;
import io.sluice.view.Views;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code conf}: the configuration file. */
@Component(service = CommandScope.class)
public final class ConfCommands implements CommandScope {

    private static final String FILE = "sluice.json";

    private final ShellRooms rooms;

    @Activate
    public ConfCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "conf";
    }

    @Override
    public String summary() {
        return "the configuration";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("check", "Name every problem of a configuration; changes nothing, silent when all is well")
                        .arguments("FILE|-", 1)
                        .example("conf check sluice.json")
                        .example("conf check - < sluice.json")
                        .runs(this::check),
                Verb.named("show", "Print the configuration in force, or a kept one; passwords are covered")
                        .arguments("[GENERATION]", 1)
                        .flag("--secrets", "with its passwords")
                        .offers(this::generations)
                        .runs(this::show),
                Verb.named("plan", "Say what applying a configuration would change")
                        .arguments("FILE|-", 1)
                        .runs(this::plan),
                Verb.named("apply", "Bring a configuration into force and keep it")
                        .arguments("FILE|-", 1)
                        .option("--note", "TEXT", "why, for the history")
                        .example("conf apply new.json --note 'second proxy'")
                        .runs(this::apply),
                Verb.named("reload", "Apply the file in the configuration directory as it is now")
                        .runs(this::reload),
                Verb.named("history", "List kept configurations, newest first").runs(this::history),
                Verb.named("rollback", "Apply a kept configuration again")
                        .arguments("GENERATION", 1)
                        .offers(this::generations)
                        .runs(this::rollback));
    }

    private ConfigStore store() throws CommandFailure {
        return rooms.need(rooms.config(), ConfigStore.class);
    }

    private List<String> generations(String option) {
        return rooms.config().map(ConfigStore::history).orElse(List.of()).stream()
                .map(generation -> Integer.toString(generation.number()))
                .toList();
    }

    private void check(Call call) throws CommandFailure, IOException {
        ConfigText file = ConfigText.read(call, call.argument(0, "the FILE (or - for standard input)"));
        List<Problem> problems = store().check(file.text(), file.name());
        boolean refused = problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.conf-check/1");
            view.put("file", file.name());
            view.put("valid", !refused);
            view.put("problems", problems.stream().map(Views::problem).toList());
            call.print(view);
        } else {
            problems.forEach(problem -> print(call, file, problem));
        }
        if (refused) {
            call.exit(ExitCode.INVALID_CONFIGURATION);
        }
    }

    private static void print(Call call, ConfigText file, Problem problem) {
        call.line(problem.toString());
        file.shownLine(problem.line()).ifPresent(line -> {
            call.line("    " + line.replace('\t', ' '));
            call.line("    " + " ".repeat(Math.max(0, Math.min(problem.column() - 1, line.length()))) + "^");
        });
    }

    private void show(Call call) throws CommandFailure {
        String text = call.argument(0).isEmpty()
                ? store().text()
                : kept(call, call.number(call.argument(0).get(), "the generation", 1, Integer.MAX_VALUE));
        call.session().out().println((call.has("--secrets") ? text : CoveredConfig.of(text)).stripTrailing());
    }

    private String kept(Call call, long number) throws CommandFailure {
        return store().text((int) number)
                .orElseThrow(() -> call.notFound("kept configuration", Long.toString(number), generations("")));
    }

    private void plan(Call call) throws CommandFailure, IOException {
        ConfigText file = ConfigText.read(call, call.argument(0, "the FILE (or - for standard input)"));
        try {
            List<String> changes = store().plan(file.text());
            if (call.json()) {
                call.print(view("sluice.conf-plan/1", "changes", changes));
            } else if (changes.isEmpty()) {
                call.line("Nothing would change.");
            } else {
                changes.forEach(call::line);
            }
        } catch (ConfigException e) {
            refuse(call, file, e);
        }
    }

    private void apply(Call call) throws CommandFailure, IOException {
        bring(
                call,
                ConfigText.read(call, call.argument(0, "the FILE (or - for standard input)")),
                call.option("--note").orElse(""));
    }

    private void reload(Call call) throws CommandFailure, IOException {
        Path etc = rooms.directory("sluice.etc")
                .orElseThrow(() -> call.failed("The configuration directory is not known (framework property sluice.etc"
                        + " is not set). Name the file: sluice conf apply FILE"));
        bring(call, ConfigText.read(call, etc.resolve(FILE).toString()), "reload");
    }

    private void bring(Call call, ConfigText file, String note) throws CommandFailure {
        try {
            List<String> changes = store().plan(file.text());
            applied(call, store().apply(file.text(), call.session().author(), note), changes);
        } catch (ConfigException e) {
            refuse(call, file, e);
        }
    }

    private static void applied(Call call, Generation generation, List<String> changes) {
        if (call.json()) {
            Map<String, Object> view = view("sluice.conf-apply/1", "changes", changes);
            view.put("generation", Views.generation(generation));
            call.print(view);
            return;
        }
        changes.forEach(call::line);
        call.line("Configuration " + generation.number() + " is in force.");
    }

    private static void refuse(Call call, ConfigText file, ConfigException refused) throws CommandFailure {
        boolean invalid = refused.problems().stream()
                .anyMatch(problem -> problem.severity() == Problem.Severity.ERROR && ofText(problem));
        if (call.json()) {
            call.print(view(
                    "sluice.conf-refused/1",
                    "problems",
                    refused.problems().stream().map(Views::problem).toList()));
        } else {
            refused.problems().stream().filter(ConfCommands::ofText).forEach(problem -> print(call, file, problem));
        }
        throw new CommandFailure(
                invalid ? ExitCode.INVALID_CONFIGURATION : ExitCode.FAILED,
                refused.getMessage() + " The configuration in force has not changed.");
    }

    /** Codes from SL2000 are of bringing a configuration into effect (a full disk, a taken port): the text itself is good. */
    private static boolean ofText(Problem problem) {
        return !problem.code().startsWith("SL2");
    }

    private void history(Call call) throws CommandFailure {
        List<Generation> kept = store().history();
        int current = store().current().map(Generation::number).orElse(0);
        if (call.json()) {
            Map<String, Object> view = view(
                    "sluice.conf-history/1",
                    "items",
                    kept.stream().map(Views::generation).toList());
            view.put("current", current);
            call.print(view);
            return;
        }
        Table table = new Table("No configuration has been kept yet.", ">#", "applied", ">ago", "by", "note");
        for (Generation generation : kept) {
            Duration ago = Duration.between(
                    generation.appliedAt(), call.session().clock().instant());
            table.row(
                    (generation.number() == current ? "* " : "") + generation.number(),
                    generation.appliedAt(),
                    Amounts.time(ago),
                    generation.author(),
                    generation.note());
        }
        call.print(table);
    }

    private void rollback(Call call) throws CommandFailure {
        String text = call.argument(0, "the GENERATION");
        int number = (int) call.number(text, "the generation", 1, Integer.MAX_VALUE);
        ConfigStore store = store();
        String kept = store.text(number).orElseThrow(() -> call.notFound("kept configuration", text, generations("")));
        try {
            applied(call, store.rollBack(number, call.session().author()), List.of());
        } catch (ConfigException e) {
            refuse(call, new ConfigText("generation " + number, kept), e);
        }
    }

    private static Map<String, Object> view(String schema, String name, Object value) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("schema", schema);
        view.put(name, value);
        return view;
    }
}
