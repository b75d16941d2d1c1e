package io.sluice.tunnel.engine;

/** Makes a sentence of an exception that another room wrote. */
final class Sentence {

    private Sentence() {}

    static String of(Throwable thrown) {
        String text = thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
        return text.endsWith(".") ? text : text + ".";
    }
}
