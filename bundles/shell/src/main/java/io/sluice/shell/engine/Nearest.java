package io.sluice.shell.engine;

import java.util.Collection;

/** The name a person may have meant. */
final class Nearest {

    /** More differences than this are another word, not a slip. */
    private static final int MAX_DISTANCE = 2;

    private Nearest() {}

    /** {@code " (did you mean X?)"} or nothing. */
    static String suggest(String word, Collection<String> names) {
        String best = null;
        int bestDistance = MAX_DISTANCE + 1;
        for (String name : names) {
            int distance = distance(word, name);
            if (distance < bestDistance || (name.startsWith(word) && word.length() > 1 && bestDistance > 1)) {
                best = name;
                bestDistance = Math.min(distance, 1);
            }
        }
        return best == null ? "" : " (did you mean " + best + "?)";
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
