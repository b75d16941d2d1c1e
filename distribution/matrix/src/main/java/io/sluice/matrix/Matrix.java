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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs cells. Where a cell of ours and a peer's fails, the peer is tried against itself: what it cannot do either is its limit and no fault of ours.
 */
final class Matrix implements AutoCloseable {

    /** The slowest check, a transfer of 200 MB through AES without hardware, has taken a fifth of it. */
    private static final int CHECK_SECONDS = 150;

    /** Where a peer does something only sometimes: so often it gets the chance not to. */
    private static final int CONTROLS = 3;

    static final String DATAGRAMS = "datagrams";

    /** Of every check. */
    static final Set<String> TITLES = Stream.concat(Stream.of(Check.values()).map(Check::title), Stream.of(DATAGRAMS))
            .collect(Collectors.toUnmodifiableSet());

    /** Without these there is no cell, whoever is to blame. */
    private static final Set<String> BARE =
            Set.of(Check.TRANSFER.title(), Check.SHORT.title(), Check.SINGLE.title(), "start", "process");

    private final Scale scale;
    private final Path folder;
    private final Site site = new Site();
    private final FarEnd far;
    private final Sluice ours;
    private final Map<Carrier, Sluice.Plan> plans = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> ownFaults = new HashMap<>();
    /** Whether two programs pass an end on is the same whatever carries it, and costs a time-out to find out. */
    private final Map<String, String> halfCloses = new HashMap<>();

    private int starts;

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
        return run(cell, TITLES);
    }

    /** @param titles of the checks that are made */
    Result run(Cell cell, Set<String> titles) throws IOException {
        Optional<String> absent = cell.cannot();
        if (absent.isPresent()) {
            return new Result(cell, absent.get(), Map.of(), List.of(), List.of(), 0);
        }
        long begun = System.nanoTime();
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, String> faults = tried(cell, titles, texts);
        List<String> limits = new ArrayList<>();
        if (!faults.isEmpty()) {
            Map<String, String> alone = withoutOurs(cell, faults.keySet());
            faults.entrySet().removeIf(fault -> {
                boolean shared = !BARE.contains(fault.getKey()) && alone.containsKey(fault.getKey());
                if (shared) {
                    limits.add(fault.getKey() + ": " + alone.get(fault.getKey()));
                    texts.put(fault.getKey(), "peer's limit");
                }
                return shared;
            });
        }
        return new Result(cell, "", texts, sentences(faults), List.copyOf(limits), (System.nanoTime() - begun) / 1e9);
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
        Map<String, String> known = ownFaults.computeIfAbsent(control.get().name(), _ -> new HashMap<>());
        String pair =
                control.get().client().name() + " → " + control.get().server().name();
        String half = Check.HALF_CLOSE.title();
        if (halfCloses.containsKey(pair)) {
            known.putIfAbsent(half, halfCloses.get(pair));
        }
        for (int i = 0; i < CONTROLS && !known.keySet().containsAll(faults); i++) {
            known.putAll(tried(control.get(), titles(faults, known.keySet()), new HashMap<>()));
        }
        if (known.containsKey(half)) {
            halfCloses.put(pair, known.get(half));
        }
        return known;
    }

    private static Set<String> titles(Set<String> faults, Set<String> known) {
        return TITLES.stream()
                .filter(title -> faults.stream().anyMatch(f -> f.startsWith(title) && !known.contains(f)))
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
                        15_000 + starts++ % 4_000);
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
            use.of(new SocksClient(site.client, ends.socksPort()), client);
            if (!server.isAlive()) {
                throw new IOException("the server ended: " + server.lastWords());
            }
        } finally {
            delete(own);
        }
    }

    /** What went wrong, by check. */
    private Map<String, String> tried(Cell cell, Set<String> titles, Map<String, String> texts) throws IOException {
        Map<String, String> faults = new LinkedHashMap<>();
        Ends ends = ends(cell);
        Path own = Files.createTempDirectory(folder, "cell");
        try (Running server = cell.server()
                        .start(cell.carrier(), Role.SERVER, ends, Files.createDirectory(own.resolve("server")));
                Running client = cell.client()
                        .start(cell.carrier(), Role.CLIENT, ends, Files.createDirectory(own.resolve("client")))) {
            Access access = new SocksClient(site.client, ends.socksPort());
            for (Check check : Check.values()) {
                // Where nothing gets through, each of the others would only wait for its time-out.
                if (titles.contains(check.title()) && !faults.containsKey(Check.TRANSFER.title())) {
                    attempt(check.title(), texts, faults, () -> check.run(access, far, scale));
                }
            }
            if (titles.contains(DATAGRAMS)
                    && cell.carrier().carriesDatagrams()
                    && !faults.containsKey(Check.TRANSFER.title())) {
                attempt(DATAGRAMS, texts, faults, () -> {
                    Sizes sizes = DatagramCheck.run(access, cell.carrier().carriesEmptyDatagrams());
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
                    System.err.println("      " + (program == server ? "server: " : "client: ") + program.lastWords());
                }
            }
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
    public void close() throws IOException {
        ours.close();
        far.close();
        site.close();
        delete(folder);
    }
}
