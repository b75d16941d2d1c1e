package io.sluice.shell;

import io.sluice.api.route.RouteException;
import io.sluice.api.route.RouteManager;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Verb;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code route}: the host's routing entries that are the appliance's. */
@Component(service = CommandScope.class)
public final class RouteCommands implements CommandScope {

    private final ShellRooms rooms;

    @Activate
    public RouteCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "route";
    }

    @Override
    public String summary() {
        return "the appliance's entries in the host's routing";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("show", "Read the entries back from the kernel").runs(this::show));
    }

    private void show(Call call) throws CommandFailure {
        List<String> entries;
        try {
            entries = rooms.need(rooms.routes(), RouteManager.class).show();
        } catch (RouteException e) {
            throw call.failed("The host's routing could not be read: " + e.getMessage());
        }
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.routes/1");
            view.put("items", entries);
            call.print(view);
        } else if (entries.isEmpty()) {
            call.line("The host's routing holds nothing of ours.");
        } else {
            entries.forEach(call::line);
        }
    }
}
