package io.sluice.matrix;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The results as Markdown. */
final class Report {

    private final List<Cell> order = new ArrayList<>();
    private final List<Result> results = new ArrayList<>();
    private final List<Result> first = new ArrayList<>();

    /** Cells that will come, in the order of the table. */
    void announce(Cell cell) {
        order.add(cell);
    }

    /** A failure that is tried once more: time-outs run out on a busy machine. */
    synchronized void again(Result result) {
        first.add(result);
        System.out.println("once more: " + line(result));
    }

    void add(Result result) {
        results.add(result);
        results.sort(Comparator.comparingInt(r -> order.indexOf(r.cell())));
    }

    /** One line for a terminal. */
    static String line(Result result) {
        if (!result.ran()) {
            return "–     " + result.cell().name() + ": " + result.absent();
        }
        String state = result.good() ? "ok    " : "FAILS ";
        return state
                + result.cell().name()
                + " (%.1f s)".formatted(result.seconds())
                + (result.faults().isEmpty() ? "" : "\n      " + String.join("\n      ", result.faults()))
                + (result.limits().isEmpty() ? "" : "\n      the peer's own: " + String.join("; ", result.limits()));
    }

    long failed() {
        return results.stream().filter(r -> r.ran() && !r.good()).count();
    }

    long ran() {
        return results.stream().filter(Result::ran).count();
    }

    String summary() {
        return "%d cells ran, %d of them failed; %d could not run".formatted(ran(), failed(), results.size() - ran());
    }

    String markdown(Scale scale) {
        StringBuilder text = new StringBuilder("""
                # Sluice and the servers and clients of others

                Made by `./sluice matrix`. A cell is: driver → SOCKS5 of the client → protocol → server → far end, in network namespaces. %d octets each way at once in writes of
                1 MB, every octet compared; %d short connections, 8 at a time; an answer behind the question's end; a reset by either end; %d writes of 1 octet;
                datagrams of 0, 1, 1,200, 1,472 octets and the largest that comes back. "peer's limit": the peer's client and server cannot do it together either.

                """.formatted(scale.octets(), scale.connections(), scale.singles()));
        List<String> columns =
                new ArrayList<>(Stream.of(Check.values()).map(Check::title).toList());
        columns.add(Matrix.DATAGRAMS);
        text.append("| carrier | client → server | ")
                .append(String.join(" | ", columns))
                .append(" |\n|---|---|")
                .append("---|".repeat(columns.size()))
                .append('\n');
        results.stream().filter(Result::ran).forEach(r -> {
            text.append("| ").append(r.cell().carrier().name());
            text.append(" | ")
                    .append(r.cell().client().name())
                    .append(" → ")
                    .append(r.cell().server().name());
            columns.forEach(c -> text.append(" | ").append(r.texts().getOrDefault(c, "–")));
            text.append(" |\n");
        });
        section(text, "What fails, twice in a row", results, Result::faults);
        section(text, "What failed once and not again", onceOnly(), Result::faults);
        section(text, "Limits of peers", results, Result::limits);
        text.append("\n## Cells that cannot run\n\n");
        Map<String, Set<Carrier>> absent = new LinkedHashMap<>();
        results.stream()
                .filter(r -> !r.ran())
                .forEach(r -> absent.computeIfAbsent(r.absent(), _ -> new LinkedHashSet<>())
                        .add(r.cell().carrier()));
        absent.forEach((why, carriers) -> text.append("- ")
                .append(why)
                .append(": ")
                .append(String.join(", ", names(carriers)))
                .append('\n'));
        text.append('\n').append(summary()).append(".\n");
        return text.toString();
    }

    /** Those of a protocol by its name alone where they are all that there are. */
    private List<String> names(Set<Carrier> carriers) {
        Map<Carrier.Protocol, Set<Carrier>> all = results.stream()
                .map(r -> r.cell().carrier())
                .collect(Collectors.groupingBy(Carrier::protocol, Collectors.toSet()));
        Set<String> names = new LinkedHashSet<>();
        carriers.forEach(c -> names.add(
                all.get(c.protocol()).size() > 1 && carriers.containsAll(all.get(c.protocol()))
                        ? "all of " + c.protocol().word()
                        : c.name()));
        return List.copyOf(names);
    }

    private synchronized List<Result> onceOnly() {
        return first.stream()
                .filter(once ->
                        results.stream().anyMatch(r -> r.good() && r.cell().equals(once.cell())))
                .toList();
    }

    private static void section(
            StringBuilder text, String title, List<Result> all, Function<Result, List<String>> sentences) {
        List<Result> some =
                all.stream().filter(r -> !sentences.apply(r).isEmpty()).toList();
        if (some.isEmpty()) {
            return;
        }
        text.append("\n## ").append(title).append("\n\n");
        some.forEach(r -> text.append("- ")
                .append(r.cell().name())
                .append(": ")
                .append(String.join("; ", sentences.apply(r)).replaceAll("\\s+", " "))
                .append('\n'));
    }
}
