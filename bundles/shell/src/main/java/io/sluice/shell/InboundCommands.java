package io.sluice.shell;

import io.sluice.api.inbound.Inbound;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.Views;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code inbound}: the listeners. */
@Component(service = CommandScope.class)
public final class InboundCommands implements CommandScope {

    private final ShellRooms rooms;

    @Activate
    public InboundCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "inbound";
    }

    @Override
    public String summary() {
        return "the listeners";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("list", "List active inbounds and their counters").runs(this::list));
    }

    private void list(Call call) {
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.inbounds/1");
            view.put("items", rooms.inbounds().stream().map(Views::inbound).toList());
            call.print(view);
            return;
        }
        Table table = new Table("No inbound listens.", "tag", "type", "listens on", "counters");
        for (Inbound inbound : rooms.inbounds()) {
            String counters = inbound.counters().entrySet().stream()
                    .filter(entry -> entry.getValue() != 0)
                    .sorted(Map.Entry.comparingByKey())
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .collect(Collectors.joining(" "));
            table.row(
                    inbound.tag(),
                    inbound.type(),
                    Views.endpoint(inbound.local()),
                    counters.isEmpty() ? "-" : counters);
        }
        call.print(table);
    }
}
