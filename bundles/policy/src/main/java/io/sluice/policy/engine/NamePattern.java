package io.sluice.policy.engine;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression over names, searched anywhere in the name. {@code java.util.regex} backtracks, so its time can be exponential in the
 * name's length: each search may look at a bounded number of characters, and a search that needs more fails aloud.
 */
final class NamePattern {

    /** Longest expression, in characters; ours: four times the longest name. */
    static final int MAX_EXPRESSION = 1_024;

    /** Characters one search may look at; ours: 400 passes over the longest name (253, RFC 1035 §2.3.4), well under a millisecond. */
    static final int MAX_STEPS = 100_000;

    private final Pattern pattern;

    /** @throws IllegalArgumentException with a sentence */
    NamePattern(String expression) {
        if (expression.length() > MAX_EXPRESSION) {
            throw new IllegalArgumentException(
                    "a regular expression is at most " + MAX_EXPRESSION + " characters long");
        }
        try {
            pattern = Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("not a regular expression: " + e.getDescription(), e);
        }
    }

    /** @throws UndecidedException if the bound is reached first */
    boolean matches(String name) throws UndecidedException {
        try {
            return pattern.matcher(new CountedName(name, 0, name.length(), new int[] {MAX_STEPS}))
                    .find();
        } catch (StepsUsedUp | StackOverflowError e) {
            throw new UndecidedException();
        }
    }

    /** Neither a match nor none within the bound. */
    static final class UndecidedException extends Exception {
        private static final long serialVersionUID = 1L;

        UndecidedException() {
            super("a regular expression needs too many steps for this name", null, false, false);
        }
    }

    private static final class StepsUsedUp extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StepsUsedUp() {
            super(null, null, false, false);
        }
    }

    private record CountedName(String name, int from, int to, int[] left) implements CharSequence {

        @Override
        public int length() {
            return to - from;
        }

        @Override
        public char charAt(int index) {
            if (--left[0] < 0) {
                throw new StepsUsedUp();
            }
            return name.charAt(from + index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new CountedName(name, from + start, from + end, left);
        }

        @Override
        public String toString() {
            return name.substring(from, to);
        }
    }
}
