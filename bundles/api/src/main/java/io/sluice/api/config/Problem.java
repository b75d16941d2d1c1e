package io.sluice.api.config;

import java.util.Optional;

/**
 * Something wrong with a configuration.
 *
 * @param severity whether it stops the configuration from being applied
 * @param code stable code, e.g. {@code SL1203}
 * @param file where it is, as the user named it
 * @param line from 1
 * @param column from 1
 * @param path e.g. {@code outbounds[3].settings.port}; empty for the text as a whole
 * @param message one sentence
 * @param suggestion what to write instead
 */
public record Problem(
        Severity severity,
        String code,
        String file,
        int line,
        int column,
        String path,
        String message,
        Optional<String> suggestion) {

    /** How bad. */
    public enum Severity {
        ERROR,
        WARNING
    }

    /** {@code file:line:col: error SL1203 outbounds[3].type: sentence (suggestion)}. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + (severity == Severity.ERROR ? "error" : "warning") + " " + code
                + (path.isEmpty() ? "" : " " + path) + ": " + message
                + suggestion.map(s -> " (" + s + ")").orElse("");
    }
}
