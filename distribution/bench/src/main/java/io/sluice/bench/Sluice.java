package io.sluice.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The appliance of this tree, as {@code sluice tun2socks}. */
final class Sluice {

    /** Options of the harness; every other one is one of tun2socks: {@code stack=system} is {@code --stack system}. */
    private static final Set<String> OWN = Set.of("outbound", "mtu", "program");

    private Sluice() {}

    static Optional<String> program() {
        return Programs.find("SLUICE", "sluice");
    }

    static boolean isDirect(Map<String, String> options) {
        return options.getOrDefault("outbound", "socks").equals("direct");
    }

    static List<String> command(Path folder, Map<String, String> options) {
        List<String> words = new ArrayList<>(List.of(
                options.getOrDefault("program", program().orElseThrow()),
                "tun2socks",
                "--device",
                Site.DEVICE,
                "-i",
                Site.DEVICE_ADDRESS,
                "-m",
                options.getOrDefault("mtu", "1500"),
                "--mark",
                Site.MARK));
        words.addAll(isDirect(options) ? List.of("--direct") : List.of("-x", Site.PROXY + ":" + Site.PROXY_PORT));
        options.forEach((key, value) -> {
            if (!OWN.contains(key)) {
                words.add("--" + key);
                if (!value.isEmpty()) {
                    words.add(value);
                }
            }
        });
        return words;
    }
}
