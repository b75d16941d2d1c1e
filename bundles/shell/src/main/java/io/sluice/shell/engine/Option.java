package io.sluice.shell.engine;

/**
 * An option of a verb.
 *
 * @param name with its dashes, e.g. {@code --limit}
 * @param value what stands for its value in the help, or empty for a flag
 * @param summary a few words
 */
public record Option(String name, String value, String summary) {

    public boolean isFlag() {
        return value.isEmpty();
    }
}
