package io.sluice.config.engine;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. */
final class Nearest {

    private Nearest() {}

    /** The word with the fewest edits to the given one: at most a third of its letters (but one is always forgiven). */
    static Optional<String> to(String word, Collection<String> words) {
        String best = null;
        int fewest = Math.max(1, word.length() / 3) + 1;
        if (word.length() > 64) {
            return Optional.empty();
        }
        for (String candidate : words) {
            int edits = edits(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (edits < fewest) {
                fewest = edits;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    /** "did you mean 'x'?" or the words to choose from. */
    static String suggestion(String word, Collection<String> words) {
        return to(word, words)
                .map(w -> "did you mean '" + w + "'?")
                .orElse(words.isEmpty() ? "remove it" : "one of: " + String.join(", ", words));
    }

    /** Optimal string alignment distance: a swap of neighbours is one edit. */
    private static int edits(String a, String b) {
        int[][] distance = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            distance[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            distance[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least = Math.min(
                        Math.min(distance[i - 1][j] + 1, distance[i][j - 1] + 1), distance[i - 1][j - 1] + cost);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, distance[i - 2][j - 2] + 1);
                }
                distance[i][j] = least;
            }
        }
        return distance[a.length()][b.length()];
    }
}
