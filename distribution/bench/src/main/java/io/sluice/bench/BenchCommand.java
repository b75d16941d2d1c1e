package io.sluice.bench;

import io.sluice.testkit.impairment.RelayCommand;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The driver: rounds of groups of contenders, A B C, then C B A. */
public final class BenchCommand {

    private final Settings settings;
    private final String proxy;
    private final Site site;
    private final Results results = new Results();

    private BenchCommand(Settings settings, String proxy, Site site) {
        this.settings = settings;
        this.proxy = proxy;
        this.site = site;
    }

    /** Entry point; the usage is in {@link Settings}. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals("relay")) {
            RelayCommand.main(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        if (arguments.length > 0 && List.of("-h", "--help", "help").contains(arguments[0])) {
            System.out.print(Settings.USAGE);
            return;
        }
        Settings settings;
        String proxy;
        try {
            settings = Settings.parse(List.of(arguments));
            proxy = ProxyServer.choose(settings.proxy());
            for (Contender contender : settings.contenders()) {
                Optional<String> missing = contender.kind().missing();
                if (missing.isPresent()) {
                    throw new IllegalArgumentException(contender.name() + " cannot be started: " + missing.get());
                }
            }
            NetworkNamespace.unavailable().ifPresent(reason -> {
                throw new IllegalArgumentException(reason);
            });
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.err.println("Try: ./sluice bench --help");
            System.exit(2);
            return;
        }
        Site site = new Site();
        Runtime.getRuntime().addShutdownHook(new Thread(site::close));
        new BenchCommand(settings, proxy, site).run();
        System.exit(0);
    }

    private void run() throws IOException {
        Path log = Files.createTempFile("sluice-bench", ".echo");
        Process echo = site.srv.start(log, JavaChild.command(EchoServer.class).toArray(String[]::new));
        Await.until("the echo server", echo, log, () -> Files.readString(log).contains("ready"));
        System.err.println("SOCKS5 server: " + proxy + "; baseline: " + settings.baseline());
        for (Group group : settings.groups()) {
            for (int round = 0; round < group.rounds(settings.rounds()); round++) {
                List<Contender> order = new ArrayList<>(settings.contenders());
                if (round % 2 == 1) {
                    Collections.reverse(order);
                }
                for (Contender contender : order) {
                    if (group.needs().stream().allMatch(contender::can)) {
                        cell(group, round, contender);
                    }
                }
            }
            write();
        }
        System.out.print(table());
    }

    private void cell(Group group, int round, Contender contender) throws IOException {
        long begun = System.nanoTime();
        Path folder = Files.createTempDirectory("sluice-bench");
        try (ProxyServer server = ProxyServer.start(site, proxy, folder)) {
            long starting = System.nanoTime();
            try (Gateway gateway = contender.kind().start(site, folder, contender.options())) {
                if (!firstAnswer(contender, gateway, starting)) {
                    return;
                }
                if (!group.wantsItCold() && settings.warmSeconds() > 0) {
                    Throughput.transfer(site, site.app, settings.warmSeconds(), 4, "up");
                    Throughput.transfer(site, site.app, settings.warmSeconds(), 4, "down");
                }
                group.measure(new Cell(site, contender, gateway, settings, round, results));
                if (!gateway.isAlive()) {
                    results.fault(contender.name() + " died in " + group.name() + ": " + Await.tail(gateway.log()));
                }
            }
        } catch (IllegalStateException e) {
            results.fault(contender.name() + " in " + group.name() + ": " + e.getMessage());
        } finally {
            delete(folder);
        }
        System.err.printf(
                "%s %d/%d %s: %d s%n",
                group.name(),
                round + 1,
                group.rounds(settings.rounds()),
                contender.name(),
                (System.nanoTime() - begun) / 1_000_000_000);
    }

    private boolean firstAnswer(Contender contender, Gateway gateway, long starting) {
        for (int i = 0; i < 200; i++) {
            if (Sessions.answers(site.app)) {
                double millis = (System.nanoTime() - starting) * 1e-6;
                results.put(StartTime.MEASURE, contender.name(), millis, Cell.Better.LESS);
                return true;
            }
            if (!gateway.isAlive()) {
                break;
            }
        }
        results.fault(contender.name() + " carried no connection: " + Await.tail(gateway.log()));
        return false;
    }

    private String table() throws IOException {
        String kernel = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
        return "Kernel %s (%s; %s on bad paths, of %s), %d processors; SOCKS5 server %s; %d rounds of %d s.%n%n%s"
                .formatted(
                        kernel,
                        Site.defaultCongestionControl(),
                        settings.pathCongestionControl(),
                        settings.pathRate(),
                        Runtime.getRuntime().availableProcessors(),
                        proxy,
                        settings.rounds(),
                        settings.seconds(),
                        results.table(
                                settings.contenders().stream()
                                        .map(Contender::name)
                                        .toList(),
                                settings.baseline()));
    }

    private void write() throws IOException {
        if (settings.out().isPresent()) {
            Path file = settings.out().get();
            Files.writeString(file, table());
            Files.writeString(file.resolveSibling(file.getFileName() + ".tsv"), results.tsv());
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
