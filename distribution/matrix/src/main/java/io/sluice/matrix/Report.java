package io.sluice.matrix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The results as Markdown. */
final class Report {

    private final List<Result> results = new ArrayList<>();

    void add(Result result) {
        results.add(result);
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
        section(text, "What fails", Result::faults);
        section(text, "Limits of peers", Result::limits);
        text.append("\n## Cells that cannot run\n\n");
        Map<String, List<String>> absent = new LinkedHashMap<>();
        results.stream()
                .filter(r -> !r.ran())
                .forEach(r -> absent.computeIfAbsent(r.absent(), _ -> new ArrayList<>())
                        .add(r.cell().name()));
        absent.forEach((why, cells) -> text.append("- ")
                .append(why)
                .append(" (")
                .append(cells.size())
                .append(" cells): ")
                .append(cells.size() > 4 ? String.join("; ", cells.subList(0, 4)) + "; …" : String.join("; ", cells))
                .append('\n'));
        text.append('\n').append(summary()).append(".\n");
        return text.toString();
    }

    private void section(
            StringBuilder text, String title, java.util.function.Function<Result, List<String>> sentences) {
        List<Result> some =
                results.stream().filter(r -> !sentences.apply(r).isEmpty()).toList();
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
