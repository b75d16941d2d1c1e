package io.sluice.netstack.packetscript;

import java.util.ArrayList;
import java.util.List;

/** What came of each script. */
final class ResultTable {

    private final String title;
    private final List<String> rows = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private final List<String> unexpected = new ArrayList<>();
    private int passed;
    private int differing;
    private int excluded;

    ResultTable(String title) {
        this.title = title;
    }

    void add(String script, ScriptRun.Outcome outcome) {
        add(script, outcome, null);
    }

    /** @param known why it is known to fail, or null */
    void add(String script, ScriptRun.Outcome outcome, String known) {
        if (outcome.passed()) {
            passed++;
            row("pass", script, outcome.note());
            if (known != null) {
                unexpected.add(script);
            }
        } else if (known != null) {
            differing++;
            row("differs", script, known);
        } else {
            failed.add(script);
            row("FAIL", script, outcome.note());
        }
    }

    void excluded(String script, String reason) {
        excluded++;
        row("excluded", script, reason);
    }

    private void row(String result, String script, String note) {
        rows.add("  %-9s %-64s %s"
                .formatted(result, script, note.replace("\n", "\n" + " ".repeat(12)))
                .stripTrailing());
    }

    List<String> failed() {
        return failed;
    }

    /** Passed although known to fail. */
    List<String> unexpected() {
        return unexpected;
    }

    /** Of those that apply. */
    double share() {
        return (double) passed / Math.max(1, passed + differing + failed.size());
    }

    String text() {
        return title
                + ":\n"
                + String.join("\n", rows)
                + "\n  %d passed, %d differ, %d failed, %d excluded: %.0f %% of the applicable pass\n"
                        .formatted(passed, differing, failed.size(), excluded, 100 * share());
    }

    void print() {
        System.out.print(text());
    }
}
