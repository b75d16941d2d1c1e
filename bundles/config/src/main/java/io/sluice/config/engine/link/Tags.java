package io.sluice.config.engine.link;

import java.util.HashSet;
import java.util.Set;

/** Gives every outbound that is taken in a tag of its own: its name as far as it can be one. */
final class Tags {

    /** What a tag may have (the configuration's readers say so too). */
    private static final int LONGEST = 64;

    private static final String FORBIDDEN = "/\\*~";

    private final Set<String> taken;

    Tags(Set<String> taken) {
        this.taken = new HashSet<>(taken);
    }

    /**
     * @param wanted may be anything
     * @param otherwise for a name that nothing is left of
     */
    String next(String wanted, String otherwise) {
        String clean = clean(wanted);
        String base = clean.isEmpty() ? clean(otherwise) : clean;
        String tag = base;
        for (int number = 2; !taken.add(tag); number++) {
            String end = " " + number;
            tag = cut(base, LONGEST - end.length()).strip() + end;
        }
        return tag;
    }

    private static String clean(String name) {
        StringBuilder clean = new StringBuilder();
        name.codePoints().forEach(c -> {
            boolean bad = Character.isISOControl(c) || FORBIDDEN.indexOf(c) >= 0 || !Character.isDefined(c);
            boolean lone = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            clean.appendCodePoint(bad || lone ? '-' : c);
        });
        String text = clean.toString().strip();
        while (text.startsWith("!")) {
            text = text.substring(1).strip();
        }
        return cut(text, LONGEST).strip();
    }

    /** Not between the halves of a surrogate pair. */
    private static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }
}
