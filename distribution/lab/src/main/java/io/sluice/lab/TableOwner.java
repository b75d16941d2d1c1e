package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Another program that takes a table of the packet filter away and keeps one of the same name for itself, which nobody else may change while it lives. */
final class TableOwner implements AutoCloseable {

    private final Process nft;

    TableOwner(NetworkNamespace where, String table) throws IOException {
        nft = new ProcessBuilder("ip", "netns", "exec", where.name(), "nft", "--interactive")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String words = "add table %1$s; delete table %1$s; add table %1$s { flags owner; }%n".formatted(table);
            nft.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
            nft.getOutputStream().flush();
            Waiting.until(
                    "another owner of the table " + table,
                    () -> where.exec("nft", "list ruleset").contains("flags owner"));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The table goes with its owner. */
    @Override
    public void close() {
        nft.destroy();
    }
}
