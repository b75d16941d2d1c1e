package io.sluice.config.engine;

/**
 * Where in a text.
 *
 * @param line from 1
 * @param column from 1, in characters (code points); a tab is one
 */
public record Place(int line, int column) {

    /** The beginning. */
    public static final Place START = new Place(1, 1);

    @Override
    public String toString() {
        return line + ":" + column;
    }
}
