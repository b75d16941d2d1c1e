package io.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The lab with everything that lives in it. */
final class World implements AutoCloseable {

    /** How long an attempt to ask the far server may take, in milliseconds: soon asked again, and what a machine with fifty builds needs. */
    private static final int QUICK = 700;

    private static final int SLOW = 8_000;

    /** From then on, in nanoseconds, an attempt is given more time. */
    private static final long SOON = 10_000_000_000L;

    private static final int LAST_PORT = 65_535;

    /** From where the proxy asks far servers. */
    private static final List<String> PROXIES = List.of(
            Places.RELAY4,
            Places.OTHER_RELAY4,
            InetAddress.ofLiteral(Places.RELAY6).getHostAddress());

    final Lab lab;
    final Path folder;
    final FarHosts far;
    final LinkObserver observer;
    final Appliance box;
    final Appliance relay;
    final CanaryTraffic fromLan;
    final CanaryTraffic fromBox;
    final RuleWatch watch;
    final Optional<MemoryGroup> memory;
    final Optional<FalseClock> clock;
    final NameServers names;
    final SecondProxy second;
    final Gaps gaps = new Gaps();
    private final Map<String, RawSocket> raw = new HashMap<>();
    private Optional<CheckedStreams> streams = Optional.empty();
    private final LanObserver lanObserver;
    private long outsideBefore;
    private final List<Figure> figures = new ArrayList<>();
    private Optional<Duration> goal = Optional.empty();
    private int swept;
    private Duration starts = Duration.ZERO;
    private boolean closed;
    private boolean relayKilled;
    private GatewayConfig config = GatewayConfig.usual();
    private List<GatewayConfig> possible = List.of();

    private World(Path distribution, Path folder, boolean clocks) throws IOException {
        this.folder = folder;
        this.lab = Lab.create(folder);
        this.far = new FarHosts(lab.inet);
        this.names = new NameServers(lab.relay);
        this.second = new SecondProxy(lab.relay, folder);
        this.observer = new LinkObserver(lab.wan, folder);
        this.lanObserver = new LanObserver(lab.lan, folder);
        this.relay = new Appliance(lab.relay, distribution, Files.createDirectory(folder.resolve("relay")));
        this.box = new Appliance(lab.gw, distribution, Files.createDirectory(folder.resolve("gw")));
        this.memory = MemoryGroup.create(lab.gw.name());
        memory.ifPresent(group -> box.joins(group.members()));
        this.clock =
                clocks ? FalseClock.library().map(library -> FalseClock.create(library, folder)) : Optional.empty();
        clock.ifPresent(box::timedBy);
        this.watch = new RuleWatch(lab.gw);
        this.fromLan = new CanaryTraffic(lab.lan.name(), "up0", false);
        this.fromBox = new CanaryTraffic(lab.gw.name(), "wan0", true);
        relay.configure(GatewayConfig.proxyServer());
        box.configure(config.json());
    }

    /** @param clocks whether the appliance's clock can be set, which costs it some time at every look */
    static World create(Path distribution, Path folder, boolean clocks) throws IOException {
        World world = new World(distribution, folder, clocks);
        // Ctrl-C leaves no namespace behind either.
        Runtime.getRuntime().addShutdownHook(new Thread(world::close));
        try {
            world.relay.start();
            return world;
        } catch (RuntimeException e) {
            world.close();
            throw e;
        }
    }

    /** Its kernel then ends its connections in good order, and SOCKS5 has no length by which a client could tell. */
    void killRelay() {
        relayKilled = true;
        relay.kill("KILL");
    }

    /** Whether the proxy was killed since the last call. */
    boolean relayWasKilled() {
        boolean was = relayKilled;
        relayKilled = false;
        return was;
    }

    GatewayConfig config() {
        return config;
    }

    /** Applies another configuration while the appliance runs. */
    void apply(GatewayConfig next) {
        box.apply(next.json());
        config = next;
    }

    /** One of these is in force after the next start; nobody knows yet which. */
    void expecting(List<GatewayConfig> configs) {
        possible = configs;
    }

    /** What is in force after the start: one of those that were expected, or something that was acknowledged is lost. */
    void inForce(String json) {
        config = possible.stream()
                .filter(c -> c.json().equals(json))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("an acknowledged setting is lost; in force is " + json));
    }

    /** The file of the settings is the one that was acknowledged last, to the letter. */
    void inForceOnDisk() throws IOException {
        String json = Files.readString(box.configFile());
        if (!json.equals(config.json())) {
            throw new IllegalStateException("the settings on disk are not those that were acknowledged: " + json);
        }
    }

    /** Starts the appliance and waits until the tunnel carries. */
    void up() {
        start();
        Waiting.until("the tunnel", this::carries);
        if (streams.isEmpty()) {
            streams = Optional.of(new CheckedStreams(lab.lan.name(), lab.gw.name()));
        }
    }

    /** Starts the appliance, which starts the tunnel by itself. */
    void start() {
        long begun = System.nanoTime();
        try {
            box.startAtConsole();
        } catch (IOException e) {
            throw new IllegalStateException("the appliance did not start", e);
        }
        starts = starts.plusNanos(System.nanoTime() - begun);
    }

    /** How long starts of the appliance have taken since the last call: a part of every recovery by one. */
    Duration startsTook() {
        Duration took = starts;
        starts = Duration.ZERO;
        return took;
    }

    CheckedStreams streams() {
        return streams.orElseThrow();
    }

    /** Whether the client's requests are answered now, and by way of the proxy: of each family that goes into the tunnel. */
    boolean carries() {
        return carries(QUICK);
    }

    private boolean carries(int millis) {
        return carries(Places.WEB4, millis) && (!config.ipv6() || carries(Places.WEB6, millis));
    }

    /** Whether any is answered. */
    boolean carriesAnything() {
        return carries(Places.WEB4, QUICK) || carries(Places.WEB6, QUICK);
    }

    private boolean carries(String web, int millis) {
        return asked(web, millis).filter(PROXIES::contains).isPresent();
    }

    /** The address that a far web server saw the client's request come from; empty without an answer. */
    private Optional<String> asked(String web, int millis) {
        return Lab.onThread(lab.lan, () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(web, Places.WEB_PORT), millis);
                socket.setSoTimeout(2 * millis);
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                int body = answer.indexOf("\r\n\r\n");
                return answer.startsWith("HTTP/1.1 200") && body > 0
                        ? Optional.of(answer.substring(body + 4))
                        : Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    /** The first time from now on that the tunnel carries, if within so long. */
    Optional<Duration> recovery(Duration patience) {
        long begun = System.nanoTime();
        return Waiting.within(patience, () -> carries(System.nanoTime() - begun < SOON ? QUICK : SLOW))
                ? Optional.of(Duration.ofNanos(System.nanoTime() - begun))
                : Optional.empty();
    }

    /** Numbered datagrams that reached another than they were for, or were not as they were sent, so far. */
    long misdelivered() {
        return far.misdelivered() + fromLan.misdelivered() + fromBox.misdelivered();
    }

    RawSocket raw(NetworkNamespace namespace, int family, int protocol) {
        return raw(namespace, family, protocol, Optional.empty());
    }

    /** @param device that it forces its packets out by */
    RawSocket raw(NetworkNamespace namespace, int family, int protocol, Optional<String> device) {
        return raw.computeIfAbsent(
                namespace.name() + "/" + family + "/" + protocol + "/" + device,
                key -> Lab.onThread(namespace, () -> {
                    RawSocket socket = new RawSocket(family, protocol);
                    device.ifPresent(socket::boundTo);
                    return socket;
                }));
    }

    /** The next so many ports of all there are, so that every one has its turn. */
    int[] sweep(int count) {
        int from = swept;
        swept = (swept + count) % LAST_PORT;
        return IntStream.range(from, from + count).map(i -> i % LAST_PORT + 1).toArray();
    }

    /** From here on packets outside the allowed set count: what came before was looked at, or was meant to be seen. */
    void baseline() throws IOException {
        outsideBefore = filtered();
        sightings();
    }

    /** Packets outside the allowed set since the baseline, as the filters on the line and on the local network counted them. */
    long outside() {
        return filtered() - outsideBefore;
    }

    private long filtered() {
        return observer.outside() + lanObserver.outside();
    }

    /** What a client saw of the tunnel's addresses, or of name queries, so far, by kinds. */
    Map<String, Long> seenByClients() {
        return lanObserver.counters();
    }

    /** The same, as captured on the line and counted by kinds on the local network since the last call. */
    List<Capture.Sighting> sightings() throws IOException {
        List<Capture.Sighting> all = new ArrayList<>(lanObserver.sightings());
        all.addAll(observer.sightings());
        return all;
    }

    /** Another mode in the configurations from now on. */
    void mode(String name) {
        config = config.withMode(name);
    }

    /** How things stand, for a report: what the tunnel says, and the last words of the log. */
    String story() {
        String state;
        try {
            state = box.get("/tunnel").toString();
        } catch (IllegalStateException e) {
            state = e.getMessage();
        }
        try {
            List<String> lines = Files.readAllLines(box.log());
            return state + " | " + String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        } catch (IOException e) {
            return state;
        }
    }

    /** Puts everything right by hand: the network, the servers, and at last the appliance, with this configuration. */
    void repair(GatewayConfig good) {
        lab.mend();
        names.trouble(NameServers.Trouble.NONE, NameServers.Trouble.NONE);
        names.tellIpv6(false);
        clock.ifPresent(c -> c.set(Duration.ZERO));
        config = good;
        if (!relay.lives()) {
            relay.start();
        }
        if (box.lives()) {
            box.kill("KILL");
        }
        try {
            box.configure(config.json());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        watch.expect(false);
        if (!config.mode().equals(GatewayConfig.NONE)) {
            lab.gw.exec("nft", "flush", "ruleset");
        }
        up();
    }

    void quiet(boolean now) {
        fromLan.pause(now);
        fromBox.pause(now);
    }

    /** Something that was measured, for the report of the class. */
    void figure(String name, Duration value) {
        figures.add(new Figure(name, value, Optional.empty()));
    }

    /** @param bar what it may be at most: the catalogue's figure */
    void figure(String name, Duration value, Duration bar) {
        figures.add(new Figure(name, value, Optional.of(bar)));
    }

    /** What was measured since the last call. */
    List<Figure> figures() {
        List<Figure> all = List.copyOf(figures);
        figures.clear();
        return all;
    }

    /** This injection alone is to be recovered from within so long; its class has others that take longer. */
    void goal(Duration within) {
        goal = Optional.of(within);
    }

    /** What {@link #goal(Duration)} was told since the last call. */
    Optional<Duration> goal() {
        Optional<Duration> told = goal;
        goal = Optional.empty();
        return told;
    }

    /** Flows of the appliance that are alive; -1 if it does not answer. */
    long flows() {
        try {
            return box.get("/status").path("flows").path("live").asLong(-1);
        } catch (IllegalStateException e) {
            return -1;
        }
    }

    JsonNode killSwitch() {
        return box.get("/killswitch");
    }

    /** May be called at any moment, by a signal too: each step is done whatever becomes of the others. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<AutoCloseable> steps = new ArrayList<>();
        streams.ifPresent(steps::add);
        steps.addAll(List.of(fromLan, fromBox, watch));
        steps.addAll(raw.values());
        steps.addAll(List.of(observer, lanObserver, far, names, second, box, relay));
        memory.ifPresent(steps::add);
        clock.ifPresent(steps::add);
        steps.add(lab);
        for (AutoCloseable step : steps) {
            try {
                step.close();
            } catch (Exception e) {
                System.err.println("taking the lab away: " + e);
            }
        }
    }
}
