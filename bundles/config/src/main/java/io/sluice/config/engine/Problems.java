package io.sluice.config.engine;

import io.sluice.api.config.Problem;
import io.sluice.api.config.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Collects the problems of one text. One call, one thread. */
final class Problems {

    /** So many are told at most: beyond it the text is not a configuration, and the first ones say so. */
    static final int MOST = 200;

    /** Characters of a message, path or suggestion: a few lines of a terminal. */
    private static final int LONGEST = 400;

    private final String file;
    private final List<Problem> list = new ArrayList<>();
    private boolean partial;

    Problems(String file) {
        this.file = file;
    }

    /** From now on nothing is blamed for being absent: reading had to end early. */
    void partial() {
        partial = true;
    }

    /** Whether reading had to end early. */
    boolean isPartial() {
        return partial;
    }

    void add(ProblemCode code, Place at, String path, String message) {
        add(code, at, path, message, Optional.empty());
    }

    void add(ProblemCode code, Place at, String path, String message, String suggestion) {
        add(code, at, path, message, Optional.of(suggestion));
    }

    void add(ProblemCode code, Place at, String path, String message, Optional<String> suggestion) {
        Problem problem = new Problem(
                code.severity(),
                code.code(),
                file,
                at.line(),
                at.column(),
                printable(path),
                printable(message),
                suggestion.map(Problems::printable));
        if (list.size() < MOST && !list.contains(problem)) {
            list.add(problem);
        }
    }

    /** What the text holds is quoted in messages: it may neither move a terminal's cursor nor fill a screen. */
    private static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            if (Character.isISOControl(c)
                    || Character.getType(c) == Character.FORMAT
                    || Character.getType(c) == Character.SURROGATE) {
                printable.append(String.format("\\u%04x", c));
            } else {
                printable.appendCodePoint(c);
            }
        });
        return text.codePointCount(0, text.length()) > LONGEST
                ? printable.append('…').toString()
                : printable.toString();
    }

    /** For problems that are the absence of something: not told if reading ended early. */
    void absent(ProblemCode code, Place at, String path, String message, String suggestion) {
        if (!partial) {
            add(code, at, path, message, suggestion);
        }
    }

    /** How many errors there are; warnings do not count. */
    long errors() {
        return list.stream().filter(p -> p.severity() == Severity.ERROR).count();
    }

    /** In the order of the text. */
    List<Problem> inOrder() {
        return list.stream()
                .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
                .toList();
    }
}
