package io.sluice.matrix;

import io.sluice.testkit.netns.NetworkNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code ./sluice matrix}: every cell that can run, and a table of them all. */
public final class MatrixCommand {

    private static final String USAGE = """
            usage: ./sluice matrix [--full] [--only WORDS] [--out FILE]
                   ./sluice matrix speed [--rounds N] [--secs N] [--server NAME]

              --full        100 MB each way and 500 short connections a cell, instead of 4 MB and 40
              --only WORDS  cells whose names have every one of the words, as 'vless ws xray'; a word with - before it must be absent
              --out FILE    where the table goes (default, without --only: distribution/matrix/MATRIX.md)

              speed         clients in turns against one server (default: xray): Shadowsocks, Trojan, VLESS over WebSocket; medians of N rounds (default 3)
                            of N seconds a direction (default 4)

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
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--full" -> scale = Scale.FULL;
                case "--only" -> only = List.of(value(arguments, ++i).split(" +"));
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
        System.exit(run(scale, only, out) ? 0 : 1);
    }

    private static int speed(String[] arguments) throws Exception {
        int rounds = 3;
        int seconds = 4;
        String server = "xray";
        for (int i = 1; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--rounds" -> rounds = Integer.parseInt(value(arguments, ++i));
                case "--secs" -> seconds = Integer.parseInt(value(arguments, ++i));
                case "--server" -> server = value(arguments, ++i);
                default -> {
                    System.err.print(USAGE);
                    return 2;
                }
            }
        }
        try (Matrix matrix = new Matrix(Speed.CARRIERS, Scale.QUICK)) {
            String name = server;
            Peer chosen = Stream.concat(Matrix.peers().stream(), Stream.of(matrix.ours()))
                    .filter(p -> p.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no server '" + name + "'"));
            System.out.print(new Speed(matrix, chosen, rounds, seconds).run());
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

    private static boolean run(Scale scale, List<String> only, Optional<Path> out) throws Exception {
        Report report = new Report();
        try (Matrix matrix = new Matrix(Carrier.all(), scale)) {
            List<Cell> cells = new ArrayList<>(matrix.cells());
            cells.removeIf(cell -> !wanted(cell, only));
            for (Cell cell : cells) {
                Result result = matrix.run(cell);
                report.add(result);
                System.out.println(Report.line(result));
                if (out.isPresent()) {
                    Files.writeString(out.get(), report.markdown(scale));
                }
            }
        }
        System.out.println(report.summary());
        return report.failed() == 0;
    }

    private static boolean wanted(Cell cell, List<String> only) {
        List<String> words = List.of(cell.name().replace(":", "").split(" "));
        return only.stream().allMatch(w -> w.startsWith("-") ? !words.contains(w.substring(1)) : words.contains(w));
    }
}
