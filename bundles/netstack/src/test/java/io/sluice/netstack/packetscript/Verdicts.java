package io.sluice.netstack.packetscript;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code verdicts.txt}: the folders that are played, the scripts that can't apply, and those on which the engine and Linux differ. */
final class Verdicts {

    private final List<String> folders = new ArrayList<>();
    private final Map<String, String> excluded = new HashMap<>();
    private final Map<String, String> different = new HashMap<>();

    static Verdicts read(Path file) throws IOException {
        Verdicts verdicts = new Verdicts();
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("\\s+", 3);
            switch (words[0]) {
                case "folder" -> verdicts.folders.add(words[1]);
                case "excluded" -> verdicts.excluded.put(words[1], words[2]);
                case "differs" -> verdicts.different.put(words[1], words[2]);
                default -> throw new IOException(file + ": neither folder, excluded nor differs: " + line);
            }
        }
        return verdicts;
    }

    List<String> folders() {
        return folders;
    }

    /** Why the script can't apply, or null. */
    String excluded(String script) {
        return excluded.get(script);
    }

    /** Why the engine does something else, or null. */
    String differs(String script) {
        return different.get(script);
    }
}
