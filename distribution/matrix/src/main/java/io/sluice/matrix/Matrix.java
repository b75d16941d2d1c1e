package io.sluice.matrix;

import io.sluice.matrix.DatagramCheck.Sizes;
import io.sluice.matrix.Peer.Ends;
import io.sluice.matrix.Peer.Role;
import io.sluice.matrix.Peer.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs cells; those of several carriers at once, if wished: most of a cell is waiting. Where a cell of ours and a peer's fails, the peer is tried against itself: what it cannot do either is its limit and no fault of ours.
 */
final class Matrix implements AutoCloseable {

    /** The slowest check, a transfer of 200 MB through AES without hardware, has taken a fifth of it. */
    private static final int CHECK_SECONDS = 150;

    /** Where a peer does something only sometimes: so often it gets the chance not to. */
    private static final int CONTROLS = 3;

    static final String DATAGRAMS = "datagrams";

    private static final String NO_EMPTY = DATAGRAMS + " of 0";

    /** Whether two programs pass these on is the same whatever carries it, and costs a time-out to find out: but for {@code --full} they are asked once. */
    private static final Set<String> ANYWHERE = Set.of(Check.HALF_CLOSE.title(), NO_EMPTY);

    /** Datagrams that do not fit their buffers, of 2 and 8 KiB with all headers, they throw away, cut, or end at (Shadowsocks). */
    private static final int V2RAY_BUFFER = 1_900;

    private static final int XRAY_BUFFER = 8_100;

    private static final String LIMIT = "peer's limit";

    private static final String LOSES = "Xray's readv loses resets; without it (XRAY_BUF_READV=disable) this is good";

    /** Of every check. */
    static final Set<String> TITLES = Stream.concat(Stream.of(Check.values()).map(Check::title), Stream.of(DATAGRAMS))
            .collect(Collectors.toUnmodifiableSet());

    /** v2ray passes no end and no reset on, whoever is at the other end, and keeps a connection until its own time-outs: only {@code --full} waits for them. */
    private static final Set<String> WITHOUT_ENDS = TITLES.stream()
            .filter(title -> !title.equals(Check.HALF_CLOSE.title()) && !title.equals(Check.ABRUPT.title()))
            .collect(Collectors.toUnmodifiableSet());

    /** Without these there is no cell, whoever is to blame. */
    private static final Set<String> BARE =
            Set.of(Check.TRANSFER.title(), Check.SHORT.title(), Check.SINGLE.title(), "start");

    private final Scale scale;
    private final Path folder;
    private final Site site = new Site();
    private final FarEnd far;
    private final Sluice ours;
    private final Map<Carrier, Sluice.Plan> plans = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> ownFaults = new ConcurrentHashMap<>();
    /** Of those titles, by the pair. */
    private final Map<String, Map<String, String>> limitsOfPairs = new ConcurrentHashMap<>();

    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private boolean closed;
    private final AtomicInteger starts = new AtomicInteger();

    Matrix(List<Carrier> carriers, Scale scale) throws Exception {
        this.scale = scale;
        folder = Files.createTempDirectory("sluice-matrix");
        far = new FarEnd(site.far);
        Credentials credentials = Credentials.fresh();
        Certificates certificates = Certificates.good(folder.resolve("certificates"));
        for (Carrier carrier : carriers) {
            int index = plans.size();
            Ends ends = new Ends(
                    site, credentials, certificates, Certificates.SERVER_NAME, 20_000 + index, 11_000 + 2 * index);
            Ends toPeer = new Ends(
                    site, credentials, certificates, Certificates.SERVER_NAME, 30_000 + index, 11_001 + 2 * index);
            plans.put(carrier, new Sluice.Plan(ends, toPeer));
        }
        ours = new Sluice(plans, folder);
    }

    Sluice ours() {
        return ours;
    }

    /** Every peer, those first that are nearest to the protocol's origin. */
    static List<Peer> peers() {
        return List.of(
                SocksServer.dante(),
                SocksServer.microsocks(),
                Shadowsocks.libev(),
                Shadowsocks.rust(),
                new Trojan(),
                Xray.v2ray(),
                Xray.xray(),
                new SingBox());
    }

    /** Ours → peer, peer → ours, ours → ours; without those that are another protocol's. */
    List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Carrier carrier : plans.keySet()) {
            for (Peer peer : peers()) {
                cells.add(new Cell(carrier, ours, peer));
                cells.add(new Cell(carrier, peer, ours));
            }
            cells.add(new Cell(carrier, ours, ours));
        }
        return cells;
    }

    Result run(Cell cell) throws IOException {
        return run(cell, isV2ray(cell) && scale != Scale.FULL ? WITHOUT_ENDS : TITLES);
    }

    private static boolean isV2ray(Cell cell) {
        return isOf("v2ray", cell);
    }

    private static boolean isOf(String name, Cell cell) {
        return Stream.of(cell.client(), cell.server()).anyMatch(p -> p.name().equals(name));
    }

    /** @param titles of the checks that are made */
    Result run(Cell cell, Set<String> titles) throws IOException {
        Optional<String> absent = cell.cannot();
        if (absent.isPresent()) {
            return new Result(cell, absent.get(), Map.of(), List.of(), List.of(), 0);
        }
        long begun = System.nanoTime();
        Map<String, String> texts = new LinkedHashMap<>();
        List<String> limits = new ArrayList<>();
        Map<String, String> known = new LinkedHashMap<>(scale == Scale.FULL ? Map.of() : limits(cell));
        if (cell.carrier().carriesEmptyDatagrams() && (isV2ray(cell) || isOf("xray", cell))) {
            known.put(NO_EMPTY, "v2ray and Xray throw them away, or end at one");
        }
        if (!cell.carrier().hasHalfClose()) {
            known.put(Check.HALF_CLOSE.title(), "WebSocket has one end for both directions");
        }
        known.keySet().removeIf(title -> titles.stream().noneMatch(title::startsWith));
        Map<String, String> faults = tried(cell, titles, known.keySet(), texts);
        if (faults.containsKey(Check.ABRUPT.title()) && isGoodMended(cell)) {
            faults.remove(Check.ABRUPT.title());
            limits.add(Check.ABRUPT.title() + ": " + LOSES);
            texts.put(Check.ABRUPT.title(), LIMIT);
        }
        if (!faults.isEmpty()) {
            Map<String, String> alone = withoutOurs(cell, faults.keySet());
            faults.keySet().removeIf(title -> {
                boolean bare = BARE.contains(title) && !(title.equals(Check.SHORT.title()) && isHasty(cell));
                boolean shared = !bare && alone.containsKey(title);
                if (shared) {
                    limits.add(title + ": " + alone.get(title));
                    texts.put(title, LIMIT);
                    if (ANYWHERE.contains(title)) {
                        limits(cell).put(title, alone.get(title));
                    }
                }
                return shared;
            });
        }
        known.forEach((title, sentence) -> {
            limits.add(title + ": " + sentence);
            texts.put(title, cell.carrier().hasHalfClose() || !title.equals(Check.HALF_CLOSE.title()) ? LIMIT : "none");
        });
        return new Result(cell, "", texts, sentences(faults), List.copyOf(limits), (System.nanoTime() - begun) / 1e9);
    }

    /** sing-box answers an HTTPUpgrade before it takes the connection over from its HTTP server, and then loses an octet that has come: of some hundred connections one. */
    private static boolean isHasty(Cell cell) {
        return cell.server().name().equals("sing-box") && cell.carrier().transport() == Carrier.Transport.HTTP_UPGRADE;
    }

    /** Whether an abrupt close is passed on, every time, where the peer goes without the fault that is known of it. */
    private boolean isGoodMended(Cell cell) throws IOException {
        Optional<Peer> client = cell.client().mended();
        Optional<Peer> server = cell.server().mended();
        boolean good = client.isPresent() || server.isPresent();
        Cell mended = new Cell(cell.carrier(), client.orElse(cell.client()), server.orElse(cell.server()));
        for (int i = 0; i < CONTROLS && good; i++) {
            good = tried(mended, Set.of(Check.ABRUPT.title()), Set.of(), new HashMap<>())
                    .isEmpty();
        }
        return good;
    }

    /**
     * What goes wrong where the peer has itself, or another peer, at the other end. What a peer does only sometimes is its limit too, so what has not gone wrong
     * is tried again.
     */
    private Map<String, String> withoutOurs(Cell cell, Set<String> faults) throws IOException {
        Optional<Cell> control = control(cell);
        if (control.isEmpty()) {
            return Map.of();
        }
        Map<String, String> known = ownFaults.computeIfAbsent(control.get().name(), _ -> new ConcurrentHashMap<>());
        limits(control.get()).forEach(known::putIfAbsent);
        for (int i = 0; i < CONTROLS && !known.keySet().containsAll(faults); i++) {
            known.putAll(tried(control.get(), titles(faults, known.keySet()), Set.of(), new HashMap<>()));
        }
        ANYWHERE.stream()
                .filter(known::containsKey)
                .forEach(title -> limits(control.get()).put(title, known.get(title)));
        return known;
    }

    private Map<String, String> limits(Cell cell) {
        return limitsOfPairs.computeIfAbsent(
                cell.client().name() + " → " + cell.server().name(), _ -> new ConcurrentHashMap<>());
    }

    private static Set<String> titles(Set<String> faults, Set<String> known) {
        return TITLES.stream()
                .filter(title -> faults.stream()
                        .anyMatch(f -> !known.contains(f) && (f.startsWith(title) || f.equals("process"))))
                .collect(Collectors.toSet());
    }

    private Optional<Cell> control(Cell cell) {
        if (cell.client() == cell.server()) {
            return Optional.empty();
        }
        Peer peer = cell.client() == ours ? cell.server() : cell.client();
        return Stream.concat(Stream.of(peer), peers().reversed().stream())
                .map(other -> cell.client() == ours
                        ? new Cell(cell.carrier(), other, peer)
                        : new Cell(cell.carrier(), peer, other))
                .filter(own -> own.cannot().isEmpty())
                .findFirst();
    }

    private static List<String> sentences(Map<String, String> faults) {
        return faults.entrySet().stream()
                .map(fault -> fault.getKey() + ": " + fault.getValue())
                .toList();
    }

    /** Ports of two programs of the same peer, or of ours. */
    private Ends ends(Cell cell) {
        Sluice.Plan plan = plans.get(cell.carrier());
        Ends ends = cell.server() == ours ? plan.toOurs() : plan.toPeer();
        return cell.client() == ours
                ? ends
                : new Ends(
                        ends.site(),
                        ends.credentials(),
                        ends.certificates(),
                        ends.serverName(),
                        ends.serverPort(),
                        15_000 + starts.getAndIncrement() % 4_000);
    }

    /** Code that needs a client and a server that run. */
    interface Use {
        void of(Access access, Running client) throws Exception;
    }

    /** Starts both ends of a cell, and ends them afterwards. */
    void between(Cell cell, Use use) throws Exception {
        Ends ends = ends(cell);
        Path own = Files.createTempDirectory(folder, "cell");
        Path servers = Files.createDirectory(own.resolve("server"));
        Path clients = Files.createDirectory(own.resolve("client"));
        try (Running server = cell.server().start(cell.carrier(), Role.SERVER, ends, servers);
                Running client = cell.client().start(cell.carrier(), Role.CLIENT, ends, clients)) {
            running.addAll(List.of(server, client));
            use.of(new SocksClient(site.client, ends.socksPort()), client);
            if (!server.isAlive()) {
                throw new IOException("the server ended: " + server.lastWords());
            }
        } finally {
            delete(own);
        }
    }

    /** What went wrong, by check. */
    private Map<String, String> tried(Cell cell, Set<String> titles, Set<String> without, Map<String, String> texts)
            throws IOException {
        Map<String, String> faults = new LinkedHashMap<>();
        Ends ends = ends(cell);
        Path own = Files.createTempDirectory(folder, "cell");
        try (Running server = cell.server()
                        .start(cell.carrier(), Role.SERVER, ends, Files.createDirectory(own.resolve("server")));
                Running client = cell.client()
                        .start(cell.carrier(), Role.CLIENT, ends, Files.createDirectory(own.resolve("client")))) {
            running.addAll(List.of(server, client));
            boolean patient = isOf("xray", cell) && cell.carrier().protocol() == Carrier.Protocol.TROJAN;
            Access access = new SocksClient(site.client, ends.socksPort(), patient);
            for (Check check : Check.values()) {
                // Where nothing gets through, each of the others would only wait for its time-out.
                if (titles.contains(check.title())
                        && !without.contains(check.title())
                        && !faults.containsKey(Check.TRANSFER.title())) {
                    attempt(check.title(), texts, faults, () -> check.run(access, far, scale));
                }
            }
            if (titles.contains(DATAGRAMS)
                    && cell.carrier().carriesDatagrams()
                    && !faults.containsKey(Check.TRANSFER.title())) {
                attempt(DATAGRAMS, texts, faults, () -> {
                    Sizes sizes = DatagramCheck.run(
                            access,
                            cell.carrier().carriesEmptyDatagrams() && !without.contains(NO_EMPTY),
                            isV2ray(cell) ? V2RAY_BUFFER : isOf("xray", cell) ? XRAY_BUFFER : Access.LARGEST);
                    sizes.lost().forEach(size -> faults.put(DATAGRAMS + " of " + size, "none comes back"));
                    return sizes.text();
                });
            }
            for (Running program : List.of(server, client)) {
                if (!program.isAlive()) {
                    faults.put(
                            "process",
                            (program == server ? "the server" : "the client") + " ended: " + program.lastWords());
                } else if (!faults.isEmpty()) {
                    Role role = program == server ? Role.SERVER : Role.CLIENT;
                    boolean sluice = (role == Role.SERVER ? cell.server() : cell.client()) == ours;
                    System.err.println("      " + cell.name() + ", " + role + ": "
                            + (sluice ? ours.said(cell.carrier(), role) : program.lastWords()));
                }
            }
            running.removeAll(List.of(server, client));
        } catch (IOException e) {
            faults.put("start", String.valueOf(e.getMessage()));
        } finally {
            delete(own);
        }
        return faults;
    }

    private static void attempt(
            String title,
            Map<String, String> texts,
            Map<String, String> faults,
            java.util.concurrent.Callable<String> code) {
        try {
            texts.put(title, Check.within(CHECK_SECONDS, code));
        } catch (Exception e) {
            texts.put(title, "**fails**");
            faults.put(title, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        running.forEach(Running::close);
        ours.close();
        far.close();
        site.close();
        delete(folder);
    }
}
