package io.sluice.console.itest;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.sluice.api.config.ConfigException;
import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.Generation;
import io.sluice.api.config.Problem;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.policy.Decision;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.policy.RuleSnapshot;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tunnel.TunnelController;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelException;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelState;
import io.sluice.api.tunnel.TunnelStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Rooms that hold what they are told and do nothing. */
public final class PaperRooms {

    private PaperRooms() {}

    /** A tunnel that changes its state when told to. */
    public static final class Tunnel implements TunnelController {
        private volatile TunnelStatus status = off();

        /** What start answers with, when it shall fail. */
        public volatile TunnelError refusal;

        private static TunnelStatus off() {
            return new TunnelStatus(
                    TunnelState.DISCONNECTED,
                    "stopped by the operator",
                    Instant.EPOCH,
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        @Override
        public void save(TunnelProfile profile) {
            throw new UnsupportedOperationException("the paper tunnel has one profile");
        }

        @Override
        public Optional<TunnelProfile> profile() {
            return Optional.of(new TunnelProfile(
                    new TunConfig(
                            "sluice0",
                            1500,
                            List.of(IpPrefix.parse("198.18.0.1/15"), IpPrefix.parse("fdfe:dcba:9876::1/126")),
                            1,
                            OptionalInt.empty(),
                            false,
                            true),
                    "user",
                    List.of(IpPrefix.parse("0.0.0.0/0"), IpPrefix.parse("::/0")),
                    List.of(),
                    2022,
                    9000,
                    false));
        }

        @Override
        public TunnelStatus start() throws TunnelException {
            if (refusal != null) {
                status = new TunnelStatus(
                        TunnelState.ERROR,
                        refusal.message(),
                        Instant.EPOCH,
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(refusal));
                throw new TunnelException(refusal, null);
            }
            status = new TunnelStatus(
                    TunnelState.CONNECTED,
                    "started by the operator",
                    Instant.EPOCH,
                    false,
                    Optional.of("sluice0"),
                    Optional.of(Instant.now()),
                    Optional.empty());
            return status;
        }

        /** As if it had been connected since then. */
        public void connectedSince(Instant start) {
            status = new TunnelStatus(
                    TunnelState.CONNECTED,
                    "started by the operator",
                    Instant.EPOCH,
                    false,
                    Optional.of("sluice0"),
                    Optional.of(start),
                    Optional.empty());
        }

        public void state(TunnelState state) {
            status = new TunnelStatus(
                    state, "for the test", Instant.EPOCH, false, Optional.empty(), Optional.empty(), Optional.empty());
        }

        @Override
        public TunnelStatus stop() {
            status = off();
            return status;
        }

        @Override
        public TunnelStatus status() {
            return status;
        }
    }

    /** Flows that a test adds. */
    public static final class Flows implements FlowTable {
        public final List<FlowSnapshot> live = new CopyOnWriteArrayList<>();
        public final List<FlowSnapshot> recent = new CopyOnWriteArrayList<>();
        public volatile FlowTotals totals = new FlowTotals(0, 0, 0, 0, Map.of(), Map.of());
        public volatile Map<String, OutboundTrouble> troubles = Map.of();

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
            List<FlowSnapshot> gone = live.stream().filter(which).toList();
            live.removeAll(gone);
            return gone.size();
        }

        @Override
        public FlowTotals totals() {
            return totals;
        }

        @Override
        public Map<String, OutboundTrouble> troubles() {
            return troubles;
        }
    }

    /** Rules that name an outbound for everything. */
    public static final class Policy implements OutboundSelector {
        public volatile List<RuleSnapshot> rules = List.of(new RuleSnapshot(0, "", "* -> direct", "direct", 0));

        @Override
        public Decision select(FlowSource source) {
            return new Decision.Outbound(
                    rules.getLast().target(), rules.getLast().text());
        }

        @Override
        public List<RuleSnapshot> rules() {
            return rules;
        }
    }

    /** A way out that opens nothing. */
    public record Exit(String tag, String type, String description) implements Outbound {
        @Override
        public Set<Capability> capabilities() {
            return Set.of(Capability.TCP, Capability.UDP);
        }

        @Override
        public Future<ByteStream> openStream(OpenRequest request) {
            return ImmediateEventExecutor.INSTANCE.newFailedFuture(
                    new ConnectException(CloseReason.UNREACHABLE, "paper leads nowhere"));
        }

        @Override
        public Future<DatagramPort> openDatagrams(OpenRequest request) {
            return ImmediateEventExecutor.INSTANCE.newFailedFuture(
                    new ConnectException(CloseReason.UNREACHABLE, "paper leads nowhere"));
        }

        @Override
        public Map<String, Long> counters() {
            return Map.of("opened", 12L);
        }
    }

    /** A listener that does not listen. */
    public record Door(String tag, String type, int port) implements Inbound {
        @Override
        public InetSocketAddress local() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        }

        @Override
        public Map<String, Long> counters() {
            return Map.of("acceptedConnections", 812L, "malformedRequests", 0L);
        }
    }

    /** An egress that binds nothing. */
    public static final class Egress implements EgressBinder {
        @Override
        public void bind(Channel channel, InetAddress destination) {
            throw new UnsupportedOperationException("paper has no sockets");
        }

        @Override
        public void own(Channel channel) {
            throw new UnsupportedOperationException("paper has no sockets");
        }

        @Override
        public boolean isOwn(InetSocketAddress source) {
            return false;
        }

        @Override
        public boolean isHostAddress(InetAddress address) {
            return address.isLoopbackAddress();
        }

        @Override
        public EgressStatus status() {
            return new EgressStatus(0x534c, Optional.of("eth0"), Optional.of("eth0"), Optional.empty());
        }
    }

    /** A store whose only wrong text holds the word {@code bad}. */
    public static final class Config implements ConfigStore {
        private volatile String text = "{}\n";
        private volatile Generation current = new Generation(17, Instant.now().minusSeconds(7200), "file", "");

        @Override
        public List<Problem> check(String wanted, String name) {
            int at = wanted.indexOf("bad");
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
        public List<String> plan(String wanted) throws ConfigException {
            if (!check(wanted, "sluice.json").isEmpty()) {
                throw new ConfigException("The configuration has an error.", check(wanted, "sluice.json"), null);
            }
            return wanted.equals(text) ? List.of() : List.of("~ outbound proxy: port 1080 -> 1081");
        }

        @Override
        public Generation apply(String wanted, String author, String note) throws ConfigException {
            plan(wanted);
            text = wanted;
            current = new Generation(current.number() + 1, Instant.now(), author, note);
            return current;
        }

        @Override
        public String text() {
            return text;
        }

        @Override
        public Optional<Generation> current() {
            return Optional.of(current);
        }

        @Override
        public List<Generation> history() {
            return List.of(current);
        }

        @Override
        public Optional<String> text(int generation) {
            return generation == current.number() ? Optional.of(text) : Optional.empty();
        }

        @Override
        public Generation rollBack(int generation, String author) throws ConfigException {
            return apply(text, author, "roll-back");
        }
    }
}
