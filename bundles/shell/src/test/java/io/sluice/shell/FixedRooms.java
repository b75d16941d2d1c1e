package io.sluice.shell;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.Generation;
import io.sluice.api.config.OutboundImport;
import io.sluice.api.config.Problem;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Outbound;
import io.sluice.view.Diagnosis;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Rooms with fixed contents; what is not set is absent. */
final class FixedRooms extends ShellRooms {

    static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

    FlowTable flows;
    ConfigStore config;
    OutboundImport outboundImport;
    List<Outbound> outbounds = List.of();

    FixedRooms() {
        super((BundleContext) Proxy.newProxyInstance(
                FixedRooms.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> method.getName().equals("getBundles") ? new Bundle[0] : null));
    }

    @Override
    public Optional<FlowTable> flows() {
        return Optional.ofNullable(flows);
    }

    @Override
    public Optional<ConfigStore> config() {
        return Optional.ofNullable(config);
    }

    @Override
    public List<Outbound> outbounds() {
        return outbounds;
    }

    /** One that opens nothing. */
    static Outbound outbound(String tag) {
        return (Outbound) Proxy.newProxyInstance(
                FixedRooms.class.getClassLoader(),
                new Class<?>[] {Outbound.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "tag" -> tag;
                    case "type" -> "socks";
                    case "description" -> "to nowhere";
                    case "capabilities" -> Set.of();
                    case "counters" -> Map.of();
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Override
    Optional<OutboundImport> outboundImport() {
        return Optional.ofNullable(outboundImport);
    }

    @Override
    Optional<Diagnosis> diagnosis() {
        return Optional.empty();
    }

    static FlowSnapshot flow(long id, String destination, int port) {
        return new FlowSnapshot(
                id,
                new FlowSource(
                        Network.TCP,
                        "tun0",
                        new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 40_000),
                        InetSocketAddress.createUnresolved(destination, port),
                        Optional.empty()),
                FlowSnapshot.State.ACTIVE,
                Optional.of("proxy"),
                Optional.of("* -> proxy"),
                1_234,
                5_678_901,
                NOW.minusSeconds(75),
                Duration.ofMillis(20),
                Optional.empty(),
                Optional.empty());
    }

    static FlowSnapshot ended(long id, CloseReason reason, String detail) {
        FlowSnapshot flow = flow(id, "example.com", 443);
        return new FlowSnapshot(
                id,
                flow.source(),
                FlowSnapshot.State.CLOSED,
                flow.outboundTag(),
                flow.rule(),
                0,
                0,
                flow.started(),
                Duration.ZERO,
                Optional.of(reason),
                Optional.ofNullable(detail));
    }

    /** A table of flows that can be closed. */
    static final class Table implements FlowTable {
        final List<FlowSnapshot> live = new ArrayList<>();
        final List<FlowSnapshot> recent = new ArrayList<>();
        Map<String, OutboundTrouble> troubles = Map.of();

        @Override
        public List<FlowSnapshot> live() {
            return List.copyOf(live);
        }

        @Override
        public List<FlowSnapshot> recent() {
            return List.copyOf(recent);
        }

        @Override
        public Optional<FlowSnapshot> find(long id) {
            return live.stream().filter(flow -> flow.id() == id).findFirst();
        }

        @Override
        public int close(Predicate<FlowSnapshot> which) {
            int before = live.size();
            live.removeIf(which);
            return before - live.size();
        }

        @Override
        public FlowTotals totals() {
            return new FlowTotals(
                    live.size(),
                    9,
                    1_234,
                    5_678_901,
                    Map.of(CloseReason.FINISHED, 7L),
                    Map.of("proxy", new FlowTotals.OutboundTotals(live.size(), 9, 1, 1_234, 5_678_901)));
        }

        @Override
        public Map<String, OutboundTrouble> troubles() {
            return troubles;
        }
    }

    /** A store that finds one fault in every text that holds the word {@code bad}. */
    static final class Store implements ConfigStore {
        private String text = "{}";

        @Override
        public List<Problem> check(String text, String name) {
            int at = text.indexOf("bad");
            return at < 0
                    ? List.of()
                    : List.of(new Problem(
                            Problem.Severity.ERROR,
                            "SL1203",
                            name,
                            1,
                            at + 1,
                            "outbounds[0].protocol",
                            "unknown protocol \"bad\"",
                            Optional.of("did you mean \"socks\"?")));
        }

        @Override
        public List<String> plan(String text) throws ConfigException {
            List<Problem> problems = check(text, "plan");
            if (!problems.isEmpty()) {
                throw new ConfigException("The configuration has an error.", problems, null);
            }
            return List.of("+ outbound proxy");
        }

        @Override
        public Generation apply(String text, String author, String note) throws ConfigException {
            plan(text);
            this.text = text;
            return new Generation(2, NOW, author, note);
        }

        @Override
        public String text() {
            return text;
        }

        @Override
        public Optional<Generation> current() {
            return Optional.of(new Generation(1, NOW, "file", ""));
        }

        @Override
        public List<Generation> history() {
            return List.of(new Generation(1, NOW, "file", ""));
        }

        @Override
        public Optional<String> text(int generation) {
            return generation == 1 ? Optional.of("{}") : Optional.empty();
        }

        @Override
        public Generation rollBack(int generation, String author) {
            return new Generation(3, NOW, author, "");
        }
    }
}
