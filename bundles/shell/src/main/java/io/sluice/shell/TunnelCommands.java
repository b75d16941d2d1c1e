package io.sluice.shell;

import io.sluice.api.tunnel.TunnelController;
import io.sluice.api.tunnel.TunnelException;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelStatus;
import io.sluice.shell.engine.Amounts;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.Finding;
import io.sluice.view.Views;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code tunnel}: the protected connection state. */
@Component(service = CommandScope.class)
public final class TunnelCommands implements CommandScope {

    /** Often enough for a person to follow a start, seldom enough to cost nothing. */
    private static final Duration WATCH_PERIOD = Duration.ofMillis(500);

    private final ShellRooms rooms;

    @Activate
    public TunnelCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "tunnel";
    }

    @Override
    public String summary() {
        return "the tunnel as a whole";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("status", "How the tunnel stands")
                        .runs(call -> show(call, controller().status())),
                Verb.named("start", "Start the tunnel with its profile; returns when it is connected")
                        .runs(this::start),
                Verb.named("stop", "Stop the tunnel and undo everything it set")
                        .runs(call -> show(call, controller().stop())),
                Verb.named("profile", "What the tunnel is configured to be").runs(this::profile),
                Verb.named("watch", "Follow the state; one line a change")
                        .option("--count", "N", "end after N changes")
                        .streams()
                        .runs(this::watch),
                Verb.named("diag", "Why the tunnel is not active").runs(this::diag));
    }

    private TunnelController controller() throws CommandFailure {
        return rooms.need(rooms.tunnel(), TunnelController.class);
    }

    private void start(Call call) throws CommandFailure {
        try {
            show(call, controller().start());
        } catch (TunnelException e) {
            throw call.failed(e.error().cause() + ": " + e.error().message() + " "
                    + e.error().remedy());
        }
    }

    private static void show(Call call, TunnelStatus status) {
        if (call.json()) {
            call.print(view(status));
            return;
        }
        call.line(status.state() + (status.blocked() ? " (blocked)" : "") + ": " + status.reason());
        status.device().ifPresent(device -> call.line("  device    " + device));
        status.startedAt()
                .ifPresent(at -> call.line("  up        "
                        + Amounts.time(
                                Duration.between(at, call.session().clock().instant())) + " (since " + at + ")"));
        status.error().ifPresent(error -> {
            call.line("  error     " + error.cause() + ": " + error.message() + " (at " + error.at() + ")");
            call.line("  remedy    " + error.remedy());
        });
    }

    private static Map<String, Object> view(TunnelStatus status) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("schema", "sluice.tunnel/1");
        view.putAll(Views.tunnel(status));
        return view;
    }

    private void profile(Call call) throws CommandFailure {
        Optional<TunnelProfile> profile = controller().profile();
        if (profile.isEmpty()) {
            throw call.failed(
                    "The tunnel has no profile. Add a tun section to the configuration, then: sluice conf apply");
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("schema", "sluice.tunnel-profile/1");
        view.putAll(Views.profile(profile.get()));
        if (call.json()) {
            call.print(view);
            return;
        }
        Table table = new Table("", "setting", "value");
        view.forEach((name, value) -> {
            if (!name.equals("schema")) {
                table.row(name, value);
            }
        });
        call.print(table);
    }

    private void watch(Call call) throws CommandFailure, IOException, InterruptedException {
        int changes = call.number("--count", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
        TunnelStatus shown = null;
        while (changes > 0) {
            TunnelStatus status = controller().status();
            if (!status.equals(shown)) {
                shown = status;
                changes--;
                if (call.json()) {
                    call.print(view(status), true);
                } else {
                    call.line(call.session().clock().instant() + "  " + status.state() + "  " + status.reason());
                }
                call.session().out().flush();
            }
            if (changes > 0) {
                call.session().pause().of(WATCH_PERIOD);
            }
        }
    }

    private void diag(Call call) throws CommandFailure {
        TunnelStatus status = controller().status();
        if (status.error().isPresent()) {
            call.line(status.error().get().message());
            call.line("Remedy: " + status.error().get().remedy());
            return;
        }
        List<Finding> problems = rooms.diagnosis()
                .map(diagnosis -> diagnosis.findings().stream()
                        .filter(finding -> finding.level() == Finding.Level.PROBLEM)
                        .toList())
                .orElse(List.of());
        call.line("The tunnel is " + status.state() + ": " + status.reason());
        problems.forEach(problem -> call.line(problem.subject() + ": " + problem.why() + ". " + problem.remedy()));
    }
}
