package io.sluice.shell;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressBinder.EgressStatus;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkMonitor;
import io.sluice.api.netmon.NetworkState;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.NetworkViews;
import io.sluice.view.Views;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code net}: the machine's own network as the appliance sees it. */
@Component(service = CommandScope.class)
public final class NetCommands implements CommandScope {

    private final ShellRooms rooms;

    @Activate
    public NetCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "net";
    }

    @Override
    public String summary() {
        return "the machine's own network";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("status", "The ways out, and how the network is watched")
                        .runs(this::status),
                Verb.named("changes", "The last changes of the network and why they matter")
                        .runs(this::changes),
                Verb.named("egress", "How the appliance keeps its own sockets out of its tunnel")
                        .runs(this::egress),
                Verb.named("interfaces", "List the machine's interfaces").runs(this::interfaces));
    }

    private NetworkMonitor monitor() throws CommandFailure {
        return rooms.need(rooms.network(), NetworkMonitor.class);
    }

    private void status(Call call) throws CommandFailure {
        NetworkMonitor monitor = monitor();
        NetworkState state = monitor.state();
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.network/1");
            view.putAll(NetworkViews.monitor(monitor));
            call.print(view);
            return;
        }
        call.line((state.online() ? "online   " : "offline  ") + state.summary());
        call.line(
                switch (state.source()) {
                    case ANNOUNCED -> "watched  by the system's announcements";
                    case POLLED -> "watched  by a look every few seconds";
                    case NONE -> "watched  not yet";
                });
        monitor.counters().forEach((name, count) -> call.line(String.format("%-15s %d", name, count)));
    }

    private void changes(Call call) throws CommandFailure {
        List<NetworkChange> changes = monitor().recent();
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.network-changes/1");
            view.put("items", changes.stream().map(NetworkViews::change).toList());
            call.print(view);
            return;
        }
        Table table = new Table("The network has not changed.", "at", "rebind", "what");
        changes.forEach(
                change -> table.row(change.after().at(), change.rebindRequired() ? "yes" : "no", change.summary()));
        call.print(table);
    }

    private void egress(Call call) throws CommandFailure {
        EgressStatus status = rooms.need(rooms.egress(), EgressBinder.class).status();
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.egress/1");
            view.putAll(Views.egress(status));
            call.print(view);
            return;
        }
        call.line("IPv4 by  " + status.interface4().orElse("no interface"));
        call.line("IPv6 by  " + status.interface6().orElse("no interface"));
        call.line("mark     " + (status.mark() == 0 ? "none" : String.format("0x%x", status.mark())));
        status.limitation().ifPresent(text -> call.line("limited  " + text));
    }

    private void interfaces(Call call) throws IOException {
        List<Map<String, Object>> items = NetworkInterface.networkInterfaces()
                .map(NetworkInterfaces::view)
                .toList();
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.interfaces/1");
            view.put("items", items);
            call.print(view);
            return;
        }
        Table table = new Table("There is no interface.", "name", ">index", "state", ">mtu", "addresses");
        for (Map<String, Object> item : items) {
            table.row(
                    item.get("name"),
                    item.get("index"),
                    item.get("up").equals(true) ? "up" : "down",
                    item.get("mtu"),
                    ((List<?>) item.get("addresses"))
                            .stream().map(Object::toString).collect(Collectors.joining(" ")));
        }
        call.print(table);
    }
}
