package io.sluice.bench;

import io.sluice.bench.Cell.Better;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The samples, and the table that they make: medians, spread, and ratio to the baseline. */
final class Results {

    private final Map<String, Map<String, List<Double>>> samples = new LinkedHashMap<>();
    private final Map<String, Better> directions = new LinkedHashMap<>();
    private final List<Double> foreign = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    void put(String measure, String contender, double value, Better better) {
        directions.put(measure, better);
        samples.computeIfAbsent(measure, key -> new LinkedHashMap<>())
                .computeIfAbsent(contender, key -> new ArrayList<>())
                .add(value);
    }

    /** Cores that were not ours during a measurement. */
    void foreign(double cores) {
        foreign.add(cores);
    }

    /** Something that makes a part of the table void. */
    void fault(String sentence) {
        System.err.println("  " + sentence);
        faults.add(sentence);
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    String table(List<String> contenders, String baseline) {
        StringBuilder text = new StringBuilder("| measure |");
        contenders.forEach(name -> text.append(' ').append(name).append(" |"));
        text.append("\n|---|").append("---|".repeat(contenders.size())).append('\n');
        samples.forEach((measure, byContender) -> {
            text.append("| ").append(measure).append(" |");
            for (String contender : contenders) {
                text.append(' ').append(cell(byContender, contender, baseline)).append(" |");
            }
            text.append('\n');
        });
        text.append("\nmedian (least…most) × ratio to ").append(baseline).append('\n');
        double most = foreign.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        text.append(String.format(
                Locale.ROOT,
                "Cores that other processes used meanwhile: median %.2f, at worst %.2f.%n",
                foreign.isEmpty() ? 0 : median(foreign),
                most));
        faults.forEach(fault -> text.append("Fault: ").append(fault).append('\n'));
        return text.toString();
    }

    private static String cell(Map<String, List<Double>> byContender, String contender, String baseline) {
        List<Double> values = byContender.get(contender);
        if (values == null) {
            return "–";
        }
        double median = median(values);
        StringBuilder text = new StringBuilder(number(median));
        if (values.size() > 1) {
            text.append(" (")
                    .append(number(values.stream().min(Double::compare).orElseThrow()))
                    .append('…')
                    .append(number(values.stream().max(Double::compare).orElseThrow()))
                    .append(')');
        }
        List<Double> base = byContender.get(baseline);
        if (base != null && !contender.equals(baseline) && median(base) > 0) {
            text.append(String.format(Locale.ROOT, " ×%.2f", median / median(base)));
        }
        return text.toString();
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return "∞";
        }
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.3f", value);
    }

    /** One line a sample: measure, contender, value, which way it is better. */
    String tsv() {
        StringBuilder text = new StringBuilder();
        samples.forEach((measure, byContender) ->
                byContender.forEach((contender, values) -> values.forEach(value -> text.append(String.format(
                        Locale.ROOT, "%s\t%s\t%s\t%s%n", measure, contender, value, directions.get(measure))))));
        return text.toString();
    }
}
