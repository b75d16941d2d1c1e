package io.sluice.tunnel.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.dns.HostDns;
import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import io.sluice.api.dns.HostDnsStatus;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.netstack.StackAttachment;
import io.sluice.api.netstack.StackCounters;
import io.sluice.api.netstack.StackException;
import io.sluice.api.outbound.Reach;
import io.sluice.api.route.RouteException;
import io.sluice.api.route.RouteManager;
import io.sluice.api.route.RouteSet;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.PacketHandler;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunCounters;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunDriver;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunQueue;
import io.sluice.api.tunnel.TunnelProfile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A host that notes every call in order and fails where it is told to. */
public final class FakeHost {

    /** Every call, in order. */
    public final List<String> calls = new ArrayList<>();

    /** Names of calls that fail: open, attach, link (attach with a linkage error), set, cleanUp, write. */
    public final Set<String> faults = new HashSet<>();

    /** The mark that the egress binder reports. */
    public int mark = 0x51;

    /** The limitation that the egress binder reports. */
    public Optional<String> limitation = Optional.empty();

    /** The handler that the stack gave to the last device's queue. */
    public PacketHandler handler;

    public static TunnelProfile profile(String... include) {
        List<IpPrefix> prefixes = List.of(include).stream().map(IpPrefix::parse).toList();
        TunConfig tun = new TunConfig(
                "sluice0", 1500, List.of(IpPrefix.parse("172.19.0.1/30")), 1, OptionalInt.empty(), false, true);
        return new TunnelProfile(tun, "user", prefixes, List.of(), 2022, 9000, false);
    }

    /** Every service. */
    public Rooms rooms() {
        return new Rooms(
                Optional.of(driver("")),
                Map.of("user", stack("")),
                Optional.of(acceptor()),
                Optional.of(routes("")),
                Optional.of(egress()),
                Optional.empty());
    }

    /** Every service, the kill switch and the host's resolver among them. */
    public Rooms guarded() {
        Rooms all = rooms();
        return new Rooms(
                all.driver(),
                all.stacks(),
                all.acceptor(),
                all.routes(),
                all.egress(),
                all.redirector(),
                Optional.of(hostDns()),
                Optional.of(killSwitch),
                List.of(Reach.ANYWHERE));
    }

    /** How the kill switch answers. */
    public KillSwitchMode mode = KillSwitchMode.AUTO;

    /** The kill switch; one object, so that it is known again. */
    public final KillSwitch killSwitch = new FakeKillSwitch();

    /** What the kill switch was told last and took. */
    public FirewallPolicy policy;

    /** What the routes are, as {@code show} tells; the test plays the other program. */
    public List<String> entries = new ArrayList<>();

    public HostDns hostDns() {
        return new HostDns() {
            @Override
            public void set(HostDnsSettings settings) throws HostDnsException {
                call("dns " + settings.servers());
                if (faults.contains("dns")) {
                    throw new HostDnsException("/etc/resolv.conf: EROFS");
                }
            }

            @Override
            public boolean cleanUp() {
                call("dns cleanUp");
                return false;
            }

            @Override
            public HostDnsStatus status() {
                return new HostDnsStatus("resolv.conf", Optional.empty(), 0, Optional.empty());
            }
        };
    }

    private final class FakeKillSwitch implements KillSwitch {

        @Override
        public void apply(FirewallPolicy wanted) throws KillSwitchException {
            String name = wanted.getClass().getSimpleName()
                    + (wanted instanceof FirewallPolicy.Disconnected(boolean byOperator, OwnTraffic _, List<IpPrefix> _)
                                    && byOperator
                            ? " by operator"
                            : "");
            call("policy " + name);
            if (faults.contains("policy") || faults.contains("policy " + name)) {
                throw new KillSwitchException(
                        KillSwitchException.Code.FILTER_REFUSED, "nft: Operation not supported", null);
            }
            policy = wanted;
        }

        @Override
        public KillSwitchStatus status() {
            KillSwitchStatus.State state = switch (policy) {
                case null -> KillSwitchStatus.State.DISARMED;
                case FirewallPolicy.Connected _ -> KillSwitchStatus.State.ARMED;
                case FirewallPolicy.Disconnected disconnected ->
                    disconnected.byOperator() && mode != KillSwitchMode.LOCKDOWN
                            ? KillSwitchStatus.State.DISARMED
                            : KillSwitchStatus.State.BLOCKED;
                default -> KillSwitchStatus.State.BLOCKED;
            };
            return new KillSwitchStatus(
                    mode,
                    mode,
                    mode == KillSwitchMode.OFF ? KillSwitchStatus.State.DISARMED : state,
                    java.time.Instant.EPOCH,
                    "for the test",
                    Optional.ofNullable(policy),
                    List.of(),
                    0,
                    Optional.empty(),
                    List.of());
        }

        @Override
        public KillSwitchStatus mode(KillSwitchMode wanted) {
            mode = wanted;
            return status();
        }

        @Override
        public KillSwitchStatus disarm() {
            return mode(KillSwitchMode.OFF);
        }

        @Override
        public List<String> show() {
            return List.of();
        }

        @Override
        public LeakProof prove() {
            throw new UnsupportedOperationException("no canary flies here");
        }
    }

    private void call(String text) {
        calls.add(text);
    }

    /** @param suffix tells one driver from another in the calls */
    public TunDriver driver(String suffix) {
        return config -> {
            call("open" + suffix + " " + config.name() + (config.persistent() ? " persistent" : ""));
            if (faults.contains("open") || faults.contains("open " + config.name())) {
                throw new TunException(TunException.Code.TUN_NOT_PERMITTED, "/dev/net/tun: EPERM");
            }
            return new Device(config);
        };
    }

    public IpStack stack(String suffix) {
        return (device, acceptor, config) -> {
            call("attach" + suffix + " " + device.name() + (acceptor == null ? " without acceptor" : ""));
            if (faults.contains("link")) {
                throw new NoClassDefFoundError("io/sluice/netstack/Gone");
            }
            if (faults.contains("attach")) {
                throw new StackException("no loop", null);
            }
            device.queues().getFirst().start(null, new Handler());
            return new Attachment(suffix);
        };
    }

    public FlowAcceptor acceptor() {
        return new FlowAcceptor() {
            @Override
            public void stream(StreamRequest request) {}

            @Override
            public void datagrams(DatagramRequest request) {}

            @Override
            public void echo(EchoRequest request) {}
        };
    }

    public RouteManager routes(String suffix) {
        return new RouteManager() {
            @Override
            public void set(RouteSet routes) throws RouteException {
                call("set" + suffix + " " + routes.tunInterface() + " mark " + routes.mark());
                entries = new ArrayList<>(List.of("rule 9000", "route " + routes.include()));
                if (faults.contains("set")) {
                    throw new RouteException("RTNETLINK answers: Operation not permitted");
                }
            }

            @Override
            public int cleanUp() throws RouteException {
                call("cleanUp" + suffix);
                if (faults.contains("cleanUp")) {
                    throw new RouteException("RTNETLINK answers: Operation not permitted");
                }
                return 0;
            }

            @Override
            public Optional<RouteSet> current() {
                return Optional.empty();
            }

            @Override
            public List<String> show() {
                return List.copyOf(entries);
            }
        };
    }

    public EgressBinder egress() {
        return new EgressBinder() {
            @Override
            public void bind(Channel channel, InetAddress destination) {}

            @Override
            public void own(Channel channel) {}

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
                return new EgressStatus(mark, Optional.of("eth0"), Optional.empty(), limitation);
            }
        };
    }

    public Store store() {
        return memory -> {
            String what = memory.startedAt().isPresent()
                    ? " started"
                    : memory.lastError().map(e -> " " + e.cause()).orElse("");
            call("write" + what + (memory.held().isPresent() ? " held" : ""));
            if (faults.contains("write") && memory.startedAt().isPresent()) {
                throw new IOException("No space left on device");
            }
        };
    }

    private final class Device implements TunDevice {

        private final TunConfig config;

        Device(TunConfig config) {
            this.config = config;
        }

        @Override
        public String name() {
            return config.name();
        }

        @Override
        public int ifIndex() {
            return 7;
        }

        @Override
        public int mtu() {
            return config.mtu();
        }

        @Override
        public OffloadCapabilities offload() {
            return OffloadCapabilities.NONE;
        }

        @Override
        public List<TunQueue> queues() {
            return List.of(new Queue());
        }

        @Override
        public TunCounters counters() {
            return new TunCounters(0, 0, 0, 0, 0, 0, 0);
        }

        @Override
        public boolean mend() throws TunException {
            call("mend " + config.name());
            if (faults.contains("mend")) {
                throw new TunException(TunException.Code.TUN_SYSTEM_ERROR, "sluice0: EINVAL");
            }
            return true;
        }

        @Override
        public void close() {
            call("close " + config.name() + (config.persistent() ? " persistent" : ""));
        }
    }

    private final class Queue implements TunQueue {

        @Override
        public int index() {
            return 0;
        }

        @Override
        public Future<Void> start(EventLoop loop, PacketHandler to) {
            handler = to;
            return null;
        }

        @Override
        public Future<Void> stop() {
            return null;
        }

        @Override
        public boolean write(ByteBuf headers, ByteBuf[] payload, int count, PacketOffload offload) {
            return true;
        }
    }

    private final class Handler implements PacketHandler {

        @Override
        public void packet(ByteBuf packet, PacketOffload offload) {
            call("packet");
        }

        @Override
        public void batchComplete() {
            call("batchComplete");
        }

        @Override
        public void writable() {
            call("writable");
        }

        @Override
        public void failed(TunException cause) {
            call("failed");
        }
    }

    private final class Attachment implements StackAttachment {

        private final String suffix;

        Attachment(String suffix) {
            this.suffix = suffix;
        }

        @Override
        public void acceptor(FlowAcceptor acceptor) {
            call("acceptor " + (acceptor == null ? "none" : "some"));
        }

        @Override
        public StackCounters counters() {
            return new StackCounters(0, 0, 0, Map.of());
        }

        @Override
        public void detach(CloseReason reason) {
            call("detach" + suffix + " " + reason);
            if (faults.contains("detach")) {
                throw new IllegalStateException("detach broke");
            }
        }
    }
}
