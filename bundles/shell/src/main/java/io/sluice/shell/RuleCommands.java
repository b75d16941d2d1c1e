package io.sluice.shell;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.policy.Decision;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.policy.RuleSnapshot;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.Destination;
import io.sluice.view.Views;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code rule}: the policy in force. */
@Component(service = CommandScope.class)
public final class RuleCommands implements CommandScope {

    /** A client's port, where the question names none: the first of the dynamic range (RFC 6335 §6). */
    private static final int ANY_PORT = 49_152;

    private final ShellRooms rooms;

    @Activate
    public RuleCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "rule";
    }

    @Override
    public String summary() {
        return "which flow takes which outbound";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("list", "List the rules in order, with hits").runs(this::list),
                Verb.named("test", "Say what the rules would do with a destination; counts as a hit of that rule")
                        .arguments("HOST[:PORT]", 1)
                        .option("--network", "tcp|udp|icmp", "network (tcp)")
                        .option("--source", "IP[:PORT]", "the client (127.0.0.1)")
                        .option("--inbound", "TAG", "the inbound it comes by")
                        .option("--user", "NAME", "who authenticated at the inbound")
                        .example("rule test example.com:443")
                        .example("rule test 192.0.2.7:53 --network udp --source 10.0.0.2")
                        .offers(this::offer)
                        .runs(this::test));
    }

    private List<String> offer(String option) {
        return switch (option) {
            case "--network" -> List.of("tcp", "udp", "icmp");
            case "--inbound" ->
                rooms.inbounds().stream().map(inbound -> inbound.tag()).toList();
            default -> List.of();
        };
    }

    private OutboundSelector selector() throws CommandFailure {
        return rooms.need(rooms.policy(), OutboundSelector.class);
    }

    private void list(Call call) throws CommandFailure {
        List<RuleSnapshot> rules = selector().rules();
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.rules/1");
            view.put("items", rules.stream().map(Views::rule).toList());
            call.print(view);
            return;
        }
        Table table = new Table("There is no rule.", ">#", "name", "rule", ">hits");
        rules.forEach(rule -> table.row(rule.index(), rule.name(), rule.text(), rule.hits()));
        call.print(table);
    }

    private void test(Call call) throws CommandFailure {
        Network network;
        try {
            network = Network.valueOf(call.option("--network").orElse("tcp").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw call.usage("--network must be tcp, udp or icmp");
        }
        InetSocketAddress destination;
        InetSocketAddress source;
        try {
            int port = network == Network.TCP ? 443 : network == Network.UDP ? 53 : 0;
            destination = Destination.parse(call.argument(0, "the destination"), port);
            source = Destination.parse(call.option("--source").orElse("127.0.0.1"), ANY_PORT);
        } catch (IllegalArgumentException e) {
            throw call.usage(e.getMessage());
        }
        if (source.isUnresolved()) {
            throw call.usage("--source must be an IP address, not a name");
        }
        FlowSource flow = new FlowSource(
                network,
                call.option("--inbound").orElse("test"),
                source,
                destination,
                Optional.ofNullable(call.option("--user").orElse(null)));
        Decision decision = selector().select(flow);
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.rule-test/1");
            view.put("destination", Views.endpoint(destination));
            view.putAll(Views.decision(decision));
            call.print(view);
            return;
        }
        String verdict = switch (decision) {
            case Decision.Outbound outbound ->
                "leaves by " + outbound.tag()
                        + (rooms.outbounds().stream().anyMatch(o -> o.tag().equals(outbound.tag()))
                                ? ""
                                : " (which is not active: the flow would be refused)");
            case Decision.Reject reject -> reject.silent() ? "is dropped" : "is rejected";
        };
        call.line(network.name().toLowerCase(Locale.ROOT) + " " + Views.endpoint(destination) + " " + verdict);
        call.line("  rule  " + decision.rule());
    }
}
