package io.sluice.view;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that is not active, and why.
 *
 * @param level how bad
 * @param subject the bundle or component
 * @param why one sentence
 * @param remedy one sentence
 */
public record Finding(Level level, String subject, String why, String remedy) {

    /** How bad. */
    public enum Level {
        /** Something that should be active is not. */
        PROBLEM,
        /** Idle by choice: nothing asks for it, or it is for another system. */
        IDLE
    }

    public Map<String, Object> view() {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("level", level.name());
        view.put("subject", subject);
        view.put("why", why);
        view.put("remedy", remedy);
        return view;
    }
}
