package io.sluice.shell.engine;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Help texts, all from what the verbs say of themselves. */
public final class Help {

    private Help() {}

    /** Every command, one line each. */
    public static void all(Commands commands, Session session) {
        PrintStream out = session.out();
        out.println("usage: sluice NOUN VERB [ARGUMENTS]    in the console also NOUN:VERB");
        for (CommandScope scope : commands.scopes()) {
            out.println();
            scope(scope, session);
        }
        out.println();
        out.println("sluice NOUN VERB --help says more. Every list takes --json, --tsv and --no-header.");
    }

    /** The commands of one noun. */
    public static void scope(CommandScope scope, Session session) {
        boolean root = scope.name().equals(CommandScope.ROOT);
        Table table = new Table("", root ? "general" : scope.name(), scope.summary());
        for (Verb verb : scope.verbs()) {
            String name = root ? verb.name() : scope.name() + " " + verb.name();
            table.row("  " + name + (verb.arguments().isEmpty() ? "" : " " + verb.arguments()), verb.summary());
        }
        table.print(session, false, true);
    }

    /** One command. */
    public static void verb(Commands.Found found, Session session) {
        Verb verb = found.verb();
        PrintStream out = session.out();
        out.println("sluice " + found.command() + (verb.arguments().isEmpty() ? "" : " " + verb.arguments()));
        out.println("  " + verb.summary() + ".");
        out.println();
        Table options = new Table("", "options", "");
        List<Option> all = new ArrayList<>(verb.options());
        all.addAll(Verb.COMMON);
        all.forEach(o -> options.row("  " + o.name() + (o.isFlag() ? "" : " " + o.value()), o.summary()));
        options.print(session, false, true);
        if (!verb.examples().isEmpty()) {
            out.println();
            out.println("examples");
            verb.examples().forEach(example -> out.println("  sluice " + example));
        }
        out.println();
        out.println("exit status: 0 done, 1 failed, 2 usage, 3 not found, 5 no daemon, 23 invalid configuration");
    }

    /** Everything for programs. */
    public static Map<String, Object> view(Commands commands) {
        List<Object> list = new ArrayList<>();
        for (CommandScope scope : commands.scopes()) {
            for (Verb verb : scope.verbs()) {
                Map<String, Object> view = new LinkedHashMap<>();
                view.put("command", new Commands.Found(scope, verb, List.of()).command());
                view.put("arguments", verb.arguments());
                view.put("summary", verb.summary());
                view.put("streaming", verb.streaming());
                view.put("options", verb.options().stream().map(Help::option).toList());
                view.put("examples", verb.examples());
                list.add(view);
            }
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("schema", "sluice.help/1");
        view.put("commands", list);
        return view;
    }

    private static Map<String, Object> option(Option option) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", option.name());
        view.put("value", option.value());
        view.put("summary", option.summary());
        return view;
    }
}
