package io.sluice.shell;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.FlowTotals;
import io.sluice.shell.engine.Amounts;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.ExitCode;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.Views;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code flow}: the conversations that live now and the last that ended. */
@Component(service = CommandScope.class)
public final class FlowCommands implements CommandScope {

    /** More lines than this nobody reads; {@code --limit} raises it. */
    private static final int LIST_LIMIT = 200;

    private static final List<String> COLUMNS =
            List.of(">id", "net", "source", "destination", "inbound", "outbound", "state", ">up", ">down", ">age");

    private static final int MAX_LIST = 100_000;

    /** Rows of {@code top}: a small terminal's height without the head. */
    private static final int TOP_ROWS = 20;

    private final ShellRooms rooms;

    @Activate
    public FlowCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "flow";
    }

    @Override
    public String summary() {
        return "live and recent flows";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("list", "List live flows, newest first")
                        .arguments("[TEXT]", 1)
                        .flag("--recent", "the last that ended instead, and why")
                        .flag("--failed", "of those only the ones that ended for a fault")
                        .option("--outbound", "TAG", "only flows on this outbound")
                        .option("--network", "tcp|udp|icmp", "only this network")
                        .option("--limit", "N", "at most N lines (" + LIST_LIMIT + ")")
                        .example("flow list --outbound proxy")
                        .example("flow list example.com --json")
                        .offers(this::offer)
                        .runs(this::list),
                Verb.named("show", "Show one flow")
                        .arguments("ID", 1)
                        .offers(this::offerIds)
                        .runs(this::show),
                Verb.named("close", "Close flows")
                        .arguments("[ID]", 1)
                        .flag("--all", "every live flow")
                        .option("--outbound", "TAG", "every flow on this outbound")
                        .example("flow close 4711")
                        .offers(option -> option.isEmpty() ? offerIds(option) : offer(option))
                        .runs(this::close),
                Verb.named("totals", "Sums since the flow room started").runs(this::totals),
                Verb.named("top", "Follow the busiest flows")
                        .option("--interval", "SECONDS", "time between two screens (1)")
                        .option("--count", "N", "end after N screens")
                        .streams()
                        .runs(this::top));
    }

    private FlowTable table() throws CommandFailure {
        return rooms.need(rooms.flows(), FlowTable.class);
    }

    private List<String> offer(String option) {
        return switch (option) {
            case "--outbound" ->
                rooms.outbounds().stream().map(outbound -> outbound.tag()).toList();
            case "--network" -> List.of("tcp", "udp", "icmp");
            default -> List.of();
        };
    }

    private List<String> offerIds(String option) {
        if (!option.isEmpty()) {
            return List.of();
        }
        return rooms.flows().map(FlowTable::live).orElse(List.of()).stream()
                .map(flow -> Long.toString(flow.id()))
                .toList();
    }

    private void list(Call call) throws CommandFailure {
        int limit = call.number("--limit", LIST_LIMIT, 1, MAX_LIST);
        boolean failed = call.has("--failed");
        boolean recent = failed || call.has("--recent");
        List<FlowSnapshot> all = new ArrayList<>(recent ? table().recent() : table().live());
        if (!recent) {
            all.sort(Comparator.comparingLong(FlowSnapshot::id).reversed());
        }
        List<FlowSnapshot> matching = all.stream()
                .filter(filter(call))
                .filter(flow ->
                        !failed || flow.closeReason().filter(CloseReason::fault).isPresent())
                .toList();
        List<FlowSnapshot> flows = matching.stream().limit(limit).toList();
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.flows/1");
            view.put("total", matching.size());
            view.put("items", flows.stream().map(Views::flow).toList());
            call.print(view);
            return;
        }
        List<String> columns = new ArrayList<>(COLUMNS);
        if (recent) {
            columns.add("why");
        }
        String none = failed ? "No flow has failed lately." : recent ? "No flow has ended yet." : "No flow is live.";
        Table rows = new Table(none, columns.toArray(String[]::new));
        for (FlowSnapshot flow : flows) {
            List<Object> cells = new ArrayList<>(List.of(
                    flow.id(),
                    flow.source().network().name().toLowerCase(Locale.ROOT),
                    Views.endpoint(flow.source().source()),
                    Views.endpoint(flow.source().destination()),
                    flow.source().inboundTag(),
                    flow.outboundTag().orElse("-"),
                    flow.closeReason().map(Enum::name).orElse(flow.state().name()),
                    Amounts.bytes(flow.uplinkBytes()),
                    Amounts.bytes(flow.downlinkBytes()),
                    Amounts.time(Duration.between(
                            flow.started(), call.session().clock().instant()))));
            if (recent) {
                cells.add(flow.detail()
                        .or(() -> flow.closeReason().map(CloseReason::sentence))
                        .orElse(""));
            }
            rows.row(cells.toArray());
        }
        call.print(rows);
        if (matching.size() > flows.size() && !call.has("--tsv")) {
            call.line((matching.size() - flows.size()) + " more; --limit shows them.");
        }
    }

    private static Predicate<FlowSnapshot> filter(Call call) {
        String text = call.argument(0).orElse("").toLowerCase(Locale.ROOT);
        String outbound = call.option("--outbound").orElse("");
        String network = call.option("--network").orElse("");
        return flow -> (outbound.isEmpty() || flow.outboundTag().orElse("").equals(outbound))
                && (network.isEmpty() || flow.source().network().name().equalsIgnoreCase(network))
                && (text.isEmpty()
                        || Stream.of(
                                        Views.endpoint(flow.source().source()),
                                        Views.endpoint(flow.source().destination()),
                                        flow.source().inboundTag(),
                                        flow.rule().orElse(""))
                                .anyMatch(
                                        field -> field.toLowerCase(Locale.ROOT).contains(text)));
    }

    private void show(Call call) throws CommandFailure {
        long id = call.number(call.argument(0, "the flow's ID"), "the flow's ID", 0, Long.MAX_VALUE);
        FlowSnapshot flow = table().find(id)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.NOT_FOUND, "There is no flow " + id + ", live or recent. See: sluice flow list"));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("schema", "sluice.flow/1");
        view.putAll(Views.flow(flow));
        if (call.json()) {
            call.print(view);
            return;
        }
        Table rows = new Table("", "field", "value");
        view.forEach((name, value) -> {
            if (!name.equals("schema")) {
                rows.row(name, value);
            }
        });
        call.print(rows);
    }

    private void close(Call call) throws CommandFailure {
        Predicate<FlowSnapshot> which;
        String outbound = call.option("--outbound").orElse(null);
        if (call.argument(0).isPresent()) {
            long id = call.number(call.argument(0).get(), "the flow's ID", 0, Long.MAX_VALUE);
            which = flow -> flow.id() == id;
        } else if (outbound != null) {
            which = flow -> flow.outboundTag().orElse("").equals(outbound);
        } else if (call.has("--all")) {
            which = flow -> true;
        } else {
            throw call.usage("an ID, --outbound TAG or --all is missing");
        }
        int closed = table().close(which);
        if (closed == 0 && call.argument(0).isPresent()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "There is no live flow " + call.argument(0).get() + ". See: sluice flow list");
        }
        if (call.json()) {
            call.print(Map.of("schema", "sluice.flow-close/1", "closed", closed));
        } else {
            call.line(closed + (closed == 1 ? " flow" : " flows") + " closed.");
        }
    }

    private void totals(Call call) throws CommandFailure {
        FlowTotals totals = table().totals();
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.flow-totals/1");
            view.putAll(Views.totals(totals));
            call.print(view);
            return;
        }
        Table rows = new Table("", "outbound", ">live", ">opened", ">failed", ">up", ">down");
        totals.outbounds().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> rows.row(
                        entry.getKey(),
                        entry.getValue().live(),
                        entry.getValue().opened(),
                        entry.getValue().failed(),
                        Amounts.bytes(entry.getValue().uplinkBytes()),
                        Amounts.bytes(entry.getValue().downlinkBytes())));
        rows.row(
                "all",
                totals.live(),
                totals.opened(),
                "",
                Amounts.bytes(totals.uplinkBytes()),
                Amounts.bytes(totals.downlinkBytes()));
        call.print(rows);
        totals.closed().entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> call.line(entry.getKey() + "  " + entry.getValue() + "  "
                        + entry.getKey().sentence()));
    }

    private void top(Call call) throws CommandFailure, IOException, InterruptedException {
        int seconds = call.number("--interval", 1, 1, 3600);
        int count = call.number("--count", 0, 1, Integer.MAX_VALUE);
        Map<Long, Long> before = new HashMap<>();
        call.every(Duration.ofSeconds(seconds), count, self -> topScreen(self, before, seconds), call);
    }

    private void topScreen(Call call, Map<Long, Long> before, int seconds) throws CommandFailure {
        record Busy(FlowSnapshot flow, long rate) {}
        List<FlowSnapshot> live = table().live();
        List<Busy> busiest = live.stream()
                .map(flow -> new Busy(flow, (octets(flow) - before.getOrDefault(flow.id(), octets(flow))) / seconds))
                .sorted(Comparator.comparingLong(Busy::rate).reversed())
                .limit(TOP_ROWS)
                .toList();
        before.clear();
        live.forEach(flow -> before.put(flow.id(), octets(flow)));
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.flow-top/1");
            view.put("live", live.size());
            view.put(
                    "items",
                    busiest.stream()
                            .map(busy -> {
                                Map<String, Object> item = Views.flow(busy.flow());
                                item.put("bytesPerSecond", busy.rate());
                                return item;
                            })
                            .toList());
            call.print(view, true);
            return;
        }
        call.line(live.size() + " flows live");
        Table rows = new Table("No flow is live.", ">id", "destination", "outbound", ">rate", ">up", ">down");
        busiest.forEach(busy -> rows.row(
                busy.flow().id(),
                Views.endpoint(busy.flow().source().destination()),
                busy.flow().outboundTag().orElse("-"),
                Amounts.bytes(busy.rate()) + "/s",
                Amounts.bytes(busy.flow().uplinkBytes()),
                Amounts.bytes(busy.flow().downlinkBytes())));
        call.print(rows);
    }

    private static long octets(FlowSnapshot flow) {
        return flow.uplinkBytes() + flow.downlinkBytes();
    }
}
