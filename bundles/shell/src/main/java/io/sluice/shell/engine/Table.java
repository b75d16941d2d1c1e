package io.sluice.shell.engine;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Rows under a head. Columns whose head begins with {@code >} are right-aligned. */
public final class Table {

    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();
    private final String whenEmpty;

    /**
     * @param whenEmpty the sentence a person sees in place of an empty table
     */
    public Table(String whenEmpty, String... head) {
        this.whenEmpty = whenEmpty;
        this.head = List.of(head);
    }

    public Table row(Object... cells) {
        if (cells.length != head.size()) {
            throw new IllegalArgumentException(cells.length + " cells under " + head.size() + " columns");
        }
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(Printable.text(String.valueOf(cell)));
        }
        rows.add(row);
        return this;
    }

    void print(Session session, boolean tabs, boolean withHead) {
        PrintStream out = session.out();
        if (tabs) {
            rows.forEach(row -> out.println(String.join("\t", row)));
            return;
        }
        if (rows.isEmpty()) {
            out.println(whenEmpty);
            return;
        }
        int[] widths = new int[head.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = withHead ? title(i).length() : 0;
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        if (withHead) {
            List<String> titles = new ArrayList<>();
            for (int i = 0; i < widths.length; i++) {
                titles.add(title(i));
            }
            out.println((session.colour() ? BOLD : "") + format(titles, widths) + (session.colour() ? PLAIN : ""));
        }
        rows.forEach(row -> out.println(format(row, widths)));
    }

    private String title(int column) {
        String text = head.get(column);
        return text.startsWith(">") ? text.substring(1) : text;
    }

    private String format(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            int gap = widths[i] - width(cell);
            boolean right = head.get(i).startsWith(">");
            if (i > 0) {
                line.append("  ");
            }
            line.repeat(' ', right ? gap : 0).append(cell).repeat(' ', right ? 0 : gap);
        }
        return line.toString().stripTrailing();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
