package io.sluice.shell;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.Generation;
import io.sluice.api.config.ImportPlan;
import io.sluice.api.config.ImportPlan.Entry;
import io.sluice.api.config.ImportPlan.Outcome;
import io.sluice.api.config.OutboundImport;
import io.sluice.api.config.OutboundImport.Source;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.ConfigText;
import io.sluice.shell.engine.ExitCode;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.Views;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code import}: servers of other programs become outbounds. */
final class ImportCommand {

    /** Ours: what a command line holds; a file takes more. */
    private static final int MAX_SOURCES = 100;

    private final ShellRooms rooms;

    ImportCommand(ShellRooms rooms) {
        this.rooms = rooms;
    }

    Verb verb() {
        return Verb.named("import", "Add outbounds from share links, a subscription's text, or a JSON of Xray")
                .arguments("LINK|FILE|-...", MAX_SOURCES)
                .flag("--dry-run", "say what would be added; change nothing")
                .option("--note", "TEXT", "why, for the history")
                .example("import servers.txt --dry-run")
                // Other users of the machine see what stands in a command line; a pipe they do not.
                .example("import - < links.txt")
                .example("import 'vless://…'")
                .runs(this::run);
    }

    private void run(Call call) throws CommandFailure, IOException {
        List<Source> sources = sources(call);
        ConfigStore store = rooms.need(rooms.config(), ConfigStore.class);
        OutboundImport reader = rooms.need(rooms.outboundImport(), OutboundImport.class);
        Optional<Generation> before = store.current();
        ImportPlan plan = reader.plan(sources);
        List<Entry> added = plan.with(Outcome.ADDED);
        Optional<Generation> applied = Optional.empty();
        if (!added.isEmpty() && !call.has("--dry-run")) {
            if (!store.current().equals(before)) {
                throw call.failed("The configuration was changed meanwhile. Try again.");
            }
            applied = Optional.of(apply(call, store, plan, added.size()));
        }
        print(call, plan, applied);
        if (added.isEmpty() && !plan.with(Outcome.REFUSED).isEmpty()) {
            call.exit(ExitCode.FAILED);
        }
    }

    private static List<Source> sources(Call call) throws CommandFailure, IOException {
        List<Source> sources = new ArrayList<>();
        call.argument(0, "a LINK or FILE (or - for standard input)");
        for (int i = 0; call.argument(i).isPresent(); i++) {
            String word = call.argument(i).get();
            if (word.contains("://")) {
                sources.add(new Source("link " + (i + 1), word));
            } else {
                ConfigText file = ConfigText.read(call, word);
                sources.add(new Source(file.name().equals("-") ? "standard input" : file.name(), file.text()));
            }
        }
        return sources;
    }

    private static Generation apply(Call call, ConfigStore store, ImportPlan plan, int number) throws CommandFailure {
        try {
            String note = call.option("--note").orElse("import of " + number + (number == 1 ? " server" : " servers"));
            return store.apply(plan.text(), call.session().author(), note);
        } catch (ConfigException e) {
            e.problems().forEach(problem -> call.line(problem.toString()));
            throw new CommandFailure(ExitCode.FAILED, e.getMessage() + " The configuration in force has not changed.");
        }
    }

    private static void print(Call call, ImportPlan plan, Optional<Generation> applied) {
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.import/1");
            view.put("items", plan.entries().stream().map(Views::imported).toList());
            view.put("generation", applied.map(Views::generation).orElse(null));
            call.print(view);
            return;
        }
        Table table = new Table("There was no server in it.", "", "tag", "server", "from", "remarks");
        for (Entry entry : plan.entries()) {
            table.row(
                    word(entry.outcome()),
                    entry.tag(),
                    entry.server(),
                    entry.source(),
                    String.join("; ", entry.remarks()));
        }
        call.print(table);
        int added = plan.with(Outcome.ADDED).size();
        if (applied.isPresent()) {
            call.line("Configuration " + applied.get().number()
                    + " is in force. Rules reach what was added by its tag; the first outbound is the one it was.");
        } else {
            call.line(added == 0 ? "Nothing was added." : "Nothing was changed: --dry-run.");
        }
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case ADDED -> "+";
            case PRESENT -> "=";
            case REFUSED -> "refused";
        };
    }
}
