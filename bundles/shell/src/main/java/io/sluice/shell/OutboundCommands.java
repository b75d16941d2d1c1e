package io.sluice.shell;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.OutboundImport;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.flow.FlowTotals.OutboundTotals;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.outbound.Outbound;
import io.sluice.shell.engine.Amounts;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.Views;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code outbound}: the ways out. */
@Component(service = CommandScope.class)
public final class OutboundCommands implements CommandScope {

    private final ShellRooms rooms;

    @Activate
    public OutboundCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "outbound";
    }

    @Override
    public String summary() {
        return "the ways out";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("list", "List active outbounds").runs(this::list),
                Verb.named("show", "Show one outbound and its counters")
                        .arguments("TAG", 1)
                        .offers(option -> tags())
                        .runs(this::show),
                Verb.named("link", "Print the share link of a configured outbound; its password or id is covered")
                        .arguments("TAG", 1)
                        .flag("--secrets", "with its password or id")
                        .offers(option -> tags())
                        .runs(this::link));
    }

    private List<String> tags() {
        return rooms.outbounds().stream().map(Outbound::tag).toList();
    }

    /** Null if the flow room is not active. */
    private FlowTotals totals() {
        return rooms.flows().map(FlowTable::totals).orElse(null);
    }

    private Map<String, OutboundTrouble> troubles() {
        return rooms.flows().map(FlowTable::troubles).orElse(Map.of());
    }

    private void list(Call call) {
        FlowTotals totals = totals();
        if (call.json()) {
            Map<String, OutboundTrouble> troubles = troubles();
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.outbounds/1");
            view.put(
                    "items",
                    rooms.outbounds().stream()
                            .map(outbound -> Views.outbound(outbound, totals, troubles))
                            .toList());
            call.print(view);
            return;
        }
        Table table = new Table(
                "No outbound is active: nothing can leave. See: sluice diag",
                "tag",
                "type",
                "goes to",
                ">live",
                ">opened",
                ">failed",
                ">up",
                ">down");
        for (Outbound outbound : rooms.outbounds()) {
            OutboundTotals sums = totals == null ? null : totals.outbounds().get(outbound.tag());
            table.row(
                    outbound.tag(),
                    outbound.type(),
                    outbound.description(),
                    sums == null ? 0 : sums.live(),
                    sums == null ? 0 : sums.opened(),
                    sums == null ? 0 : sums.failed(),
                    Amounts.bytes(sums == null ? 0 : sums.uplinkBytes()),
                    Amounts.bytes(sums == null ? 0 : sums.downlinkBytes()));
        }
        call.print(table);
    }

    private void link(Call call) throws CommandFailure {
        String tag = call.argument(0, "the outbound's TAG");
        OutboundImport links = rooms.need(rooms.outboundImport(), OutboundImport.class);
        try {
            String link = links.link(tag, call.has("--secrets"))
                    .orElseThrow(() -> call.notFound("configured outbound", tag, tags()));
            call.line(link);
        } catch (ConfigException e) {
            throw call.failed(e.getMessage());
        }
    }

    private void show(Call call) throws CommandFailure {
        String tag = call.argument(0, "the outbound's TAG");
        Outbound outbound = rooms.outbounds().stream()
                .filter(candidate -> candidate.tag().equals(tag))
                .findFirst()
                .orElseThrow(() -> call.notFound("active outbound", tag, tags()));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("schema", "sluice.outbound/1");
        Map<String, OutboundTrouble> troubles = troubles();
        view.putAll(Views.outbound(outbound, totals(), troubles));
        if (call.json()) {
            call.print(view);
            return;
        }
        call.line(outbound.tag() + " (" + outbound.type() + "): " + outbound.description());
        OutboundTrouble trouble = troubles.get(tag);
        if (trouble != null) {
            call.line("# " + trouble.failures() + " flows in a row could not be opened, from "
                    + Views.second(trouble.since()) + " to " + Views.second(trouble.last()) + ": " + trouble.reason()
                    + ", " + trouble.detail());
        }
        Table table = new Table("It has no counters.", "counter", ">value");
        outbound.counters().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> table.row(entry.getKey(), entry.getValue()));
        call.print(table);
    }
}
