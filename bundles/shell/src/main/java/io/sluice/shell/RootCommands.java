package io.sluice.shell;

import io.sluice.api.console.WebLogin;
import io.sluice.api.egress.EgressBinder.EgressStatus;
import io.sluice.shell.engine.Amounts;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.ExitCode;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.BundleState;
import io.sluice.view.Diagnosis;
import io.sluice.view.Finding;
import io.sluice.view.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What is asked of the appliance as a whole: {@code status}, {@code diag}, {@code bundles}, {@code help}. */
@Component(service = CommandScope.class)
public final class RootCommands implements CommandScope {

    private static final Duration WATCH_PERIOD = Duration.ofSeconds(1);

    private final ShellRooms rooms;

    @Activate
    public RootCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return ROOT;
    }

    @Override
    public String summary() {
        return "the appliance as a whole";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("status", "How the appliance stands")
                        .flag("--watch", "follow it, once a second")
                        .flag("--exit-code", "end with 0 connected, 10 changing, 11 off, 13 degraded, 1 error")
                        .example("status --json")
                        .streams()
                        .runs(this::status),
                Verb.named("diag", "Why anything is not active: one sentence, one remedy each")
                        .flag("--all", "also what is idle by choice")
                        .runs(this::diag),
                Verb.named("bundles", "List the bundles, and why one is not active")
                        .runs(this::bundles),
                Verb.named("console-url", "Print an address that logs one browser into the web console, once")
                        .runs(this::consoleUrl),
                new ImportCommand(rooms).verb());
    }

    private void status(Call call) throws CommandFailure, IOException, InterruptedException {
        if (call.has("--watch")) {
            call.every(WATCH_PERIOD, 0, self -> show(self, Status.of(rooms)), call);
            return;
        }
        Status status = Status.of(rooms);
        show(call, status);
        if (call.has("--exit-code")) {
            call.exit(
                    switch (status.state()) {
                        case CONNECTED -> ExitCode.OK;
                        case STARTING, STOPPING -> ExitCode.CHANGING;
                        case OFF -> ExitCode.OFF;
                        case DEGRADED, OFFLINE -> ExitCode.DEGRADED;
                        case ERROR -> ExitCode.FAILED;
                    });
        }
    }

    private void show(Call call, Status status) {
        if (call.json()) {
            call.print(status.view(), call.has("--watch"));
            return;
        }
        String symbol = switch (status.state()) {
            case CONNECTED -> "●";
            case OFF -> "○";
            case STARTING, STOPPING -> "◐";
            case DEGRADED, OFFLINE -> "▲";
            case ERROR -> "✗";
        };
        call.line(symbol + " " + status.state().text().toUpperCase(Locale.ROOT) + "  " + status.headline()
                + status.connectedFor(call.session().clock().instant())
                        .map(time -> "  up " + Amounts.time(time))
                        .orElse(""));
        status.tunnel().flatMap(tunnel -> tunnel.error()).ifPresent(error -> {
            call.line("  Last error   " + error.cause() + ": " + error.message());
            call.line("  Remedy       " + error.remedy());
        });
        status.totals().ifPresent(totals -> {
            call.line("  Flows        " + totals.live() + " live, " + totals.opened() + " since start");
            call.line("  Traffic      ↑ " + Amounts.bytes(totals.uplinkBytes()) + "  ↓ "
                    + Amounts.bytes(totals.downlinkBytes()));
        });
        call.line("  Paths        " + status.inbounds() + " inbounds, " + status.rules() + " rules, "
                + status.outbounds() + " outbounds");
        status.egress().ifPresent(egress -> call.line("  Egress       " + egress(egress)));
        status.generation()
                .ifPresent(generation -> call.line("  Config       generation " + generation.number() + " ("
                        + Amounts.time(Duration.between(
                                generation.appliedAt(), call.session().clock().instant()))
                        + " ago, by " + generation.author() + ")"));
        status.warnings().forEach(warning -> call.line("  # " + warning));
        int failing = status.failing().troubles().size();
        if (status.warnings().size() > failing) {
            call.line("  Next: sluice diag");
        } else if (failing > 0) {
            call.line("  Next: sluice flow list --failed");
        } else if (status.state() == Status.Word.OFF) {
            call.line("  Next: sluice tunnel start");
        }
    }

    private static String egress(EgressStatus egress) {
        return "IPv4 by " + egress.interface4().orElse("none") + ", IPv6 by "
                + egress.interface6().orElse("none");
    }

    private void diag(Call call) throws CommandFailure {
        List<Finding> findings = diagnosis().findings();
        List<Finding> problems = findings.stream()
                .filter(finding -> finding.level() == Finding.Level.PROBLEM)
                .toList();
        if (!problems.isEmpty()) {
            call.exit(ExitCode.FAILED);
        }
        List<Finding> shown = call.has("--all") ? findings : problems;
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.diag/1");
            view.put("problems", problems.size());
            view.put("items", shown.stream().map(Finding::view).toList());
            call.print(view);
            return;
        }
        shown.forEach(finding -> {
            call.line((finding.level() == Finding.Level.PROBLEM ? "✗ " : "○ ") + finding.subject() + ": "
                    + finding.why() + ".");
            call.line("    " + finding.remedy());
        });
        if (problems.isEmpty()) {
            call.line("Everything that should be active is active.");
        }
        int idle = findings.size() - problems.size();
        if (idle > 0 && !call.has("--all")) {
            call.line(idle + " more idle by choice: sluice diag --all");
        }
    }

    private Diagnosis diagnosis() throws CommandFailure {
        return rooms.diagnosis()
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.FAILED,
                        "The component runtime is not active, so no component is. Start bundle"
                                + " org.apache.felix.scr."));
    }

    private void bundles(Call call) {
        List<Map<String, Object>> items =
                BundleState.views(rooms.context(), rooms.diagnosis().orElse(null));
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.bundles/1");
            view.put("items", items);
            call.print(view);
            return;
        }
        Table table = new Table("No bundle is installed.", ">id", "name", "version", "state", "why");
        items.forEach(item -> table.row(
                item.get("id"),
                item.get("name"),
                item.get("version"),
                item.get("state"),
                item.getOrDefault("why", "")));
        call.print(table);
    }

    private void consoleUrl(Call call) throws CommandFailure {
        WebLogin login = rooms.need(rooms.webLogin(), WebLogin.class);
        String address = login.newLoginAddress().toString();
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.console-url/1");
            view.put("url", address);
            view.put("validSeconds", login.validity().toSeconds());
            call.print(view);
            return;
        }
        call.line(address);
        if (call.session().terminal()) {
            call.line("Good for one browser, once, within " + Amounts.time(login.validity()) + ".");
        }
    }
}
