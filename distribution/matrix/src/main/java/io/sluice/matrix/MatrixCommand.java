package io.sluice.matrix;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** {@code ./sluice matrix}: every cell that can run, and a table of them all. */
public final class MatrixCommand {

    private static final String USAGE = """
            usage: ./sluice matrix [--full] [--only WORDS] [--jobs N] [--resume FILE] [--out FILE]
                   ./sluice matrix speed [--rounds N] [--secs N] [--server NAME] [--clients NAME,NAME] [--only WORDS]

              --full        100 MB each way and 500 short connections a cell, instead of 4 MB and 40
              --only WORDS  cells whose names have every one of the words, as 'vless ws xray'; a word with - before it must be absent
              --jobs N      carriers at once (default 4)
              --resume FILE results go there as well; cells that were good there, at the same scale, are not run again: a run that was ended goes on, or parts
                            of it (--only) become one table. Delete it when the appliance is built anew.
              --out FILE    where the table goes (default, without --only: distribution/matrix/MATRIX.md)

              speed         clients (default: xray,sing-box) in turns with ours against one server (default: xray): Shadowsocks, Trojan, VLESS over WebSocket;
                            medians of N rounds (default 3) of N seconds a direction (default 4)

            Needs root and iproute2. Peers come from ./sluice peers. Ends with 1 where a cell failed.
            """;

    private MatrixCommand() {}

    /** Entry point. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && List.of("-h", "--help", "help").contains(arguments[0])) {
            System.out.print(USAGE);
            return;
        }
        Optional<String> unavailable = NetworkNamespace.unavailable();
        if (unavailable.isPresent()) {
            System.err.println("matrix: " + unavailable.get());
            System.exit(2);
        }
        if (arguments.length > 0 && arguments[0].equals("speed")) {
            System.exit(speed(arguments));
        }
        Scale scale = Scale.QUICK;
        List<String> only = List.of();
        Optional<Path> out = Optional.empty();
        Optional<Path> resume = Optional.empty();
        int jobs = 4;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--full" -> scale = Scale.FULL;
                case "--only" -> only = List.of(value(arguments, ++i).split(" +"));
                case "--jobs" -> jobs = Integer.parseInt(value(arguments, ++i));
                case "--resume" -> resume = Optional.of(Path.of(value(arguments, ++i)));
                case "--out" -> out = Optional.of(Path.of(value(arguments, ++i)));
                default -> {
                    System.err.print(USAGE);
                    System.exit(2);
                }
            }
        }
        if (out.isEmpty() && only.isEmpty()) {
            out = Optional.of(Path.of("distribution/matrix/MATRIX.md"));
        }
        Optional<Kept> kept = resume.isPresent() ? Optional.of(new Kept(resume.get(), scale)) : Optional.empty();
        System.exit(run(scale, only, jobs, out, kept) ? 0 : 1);
    }

    private static int speed(String[] arguments) throws Exception {
        int rounds = 3;
        int seconds = 4;
        String server = "xray";
        List<String> clients = List.of("xray", "sing-box");
        List<String> only = List.of();
        for (int i = 1; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--rounds" -> rounds = Integer.parseInt(value(arguments, ++i));
                case "--secs" -> seconds = Integer.parseInt(value(arguments, ++i));
                case "--server" -> server = value(arguments, ++i);
                case "--clients" -> clients = List.of(value(arguments, ++i).split(","));
                case "--only" -> only = List.of(value(arguments, ++i).split(" +"));
                default -> {
                    System.err.print(USAGE);
                    return 2;
                }
            }
        }
        List<String> words = only;
        List<Carrier> carriers =
                Speed.CARRIERS.stream().filter(c -> isNamed(c.name(), words)).toList();
        try (Matrix matrix = interruptible(new Matrix(carriers, Scale.QUICK))) {
            String name = server;
            Peer chosen = Stream.concat(Matrix.peers().stream(), Stream.of(matrix.ours()))
                    .filter(p -> p.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no server '" + name + "'"));
            System.out.print(new Speed(matrix, chosen, clients, rounds, seconds).run(carriers));
        }
        return 0;
    }

    private static String value(String[] arguments, int at) {
        if (at >= arguments.length) {
            System.err.print(USAGE);
            System.exit(2);
        }
        return arguments[at];
    }

    private static boolean run(Scale scale, List<String> only, int jobs, Optional<Path> out, Optional<Kept> kept)
            throws Exception {
        Report report = new Report();
        try (Matrix matrix = interruptible(new Matrix(Carrier.all(), scale));
                ExecutorService workers = Executors.newFixedThreadPool(jobs)) {
            Map<Carrier, List<Cell>> byCarrier = new LinkedHashMap<>();
            matrix.cells().stream().filter(cell -> isNamed(cell.name(), only)).forEach(cell -> {
                report.announce(cell);
                byCarrier
                        .computeIfAbsent(cell.carrier(), _ -> new ArrayList<>())
                        .add(cell);
            });
            List<Future<Void>> running = new ArrayList<>();
            for (List<Cell> cells : byCarrier.values()) {
                running.add(workers.submit(() -> {
                    for (Cell cell : cells) {
                        add(report, result(matrix, cell, report, kept), scale, out);
                    }
                    return null;
                }));
            }
            for (Future<Void> one : running) {
                one.get();
            }
        }
        System.out.println(report.summary());
        return report.failed() == 0;
    }

    private static Result result(Matrix matrix, Cell cell, Report report, Optional<Kept> kept) throws IOException {
        Optional<Result> before = kept.flatMap(k -> k.of(cell));
        if (before.isPresent()) {
            kept.flatMap(k -> k.first(cell)).ifPresent(report::again);
            return before.get();
        }
        Result result = matrix.run(cell);
        List<String> first = List.of();
        if (result.ran() && !result.good()) {
            report.again(result);
            first = result.faults();
            result = matrix.run(cell);
        }
        if (kept.isPresent()) {
            kept.get().add(result, first);
        }
        return result;
    }

    /** Who is interrupted leaves no process and no namespace behind. */
    private static Matrix interruptible(Matrix matrix) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                matrix.close();
            } catch (IOException e) {
                System.err.println("matrix: " + e.getMessage());
            }
        }));
        return matrix;
    }

    private static void add(Report report, Result result, Scale scale, Optional<Path> out) throws IOException {
        synchronized (report) {
            report.add(result);
            System.out.println(Report.line(result));
            if (out.isPresent()) {
                Files.writeString(out.get(), report.markdown(scale));
            }
        }
    }

    private static boolean isNamed(String name, List<String> only) {
        List<String> words = List.of(name.replace(":", "").split(" "));
        return only.stream().allMatch(w -> w.startsWith("-") ? !words.contains(w.substring(1)) : words.contains(w));
    }
}
