package io.sluice.route.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the kernel filters by reverse path strictly (rp_filter = 1, Documentation/networking/ip-sysctl.rst; RFC 3704 §2.2). An answer to a
 * socket of ours arrives by the physical interface without a mark, while an unmarked packet to its sender would go into the tunnel: the
 * strict filter takes it for forged and drops it. The loose one (2) lets it pass.
 */
final class ReversePathFilter {

    private static final int STRICT = 1;
    private static final String ALL = "all";

    private final Path settings;

    /** @param settings {@code /proc/sys/net/ipv4/conf}, or a picture of it */
    ReversePathFilter(Path settings) {
        this.settings = settings;
    }

    /** The interfaces with a strict filter, but for the loopback and this one. The larger of the interface's value and that of all counts. */
    List<String> strict(String except) throws IOException {
        List<String> strict = new ArrayList<>();
        int all = value(settings.resolve(ALL));
        try (DirectoryStream<Path> interfaces = Files.newDirectoryStream(settings)) {
            for (Path one : interfaces) {
                String name = one.getFileName().toString();
                boolean counts = !List.of(ALL, "default", "lo", except).contains(name);
                if (counts && Math.max(all, value(one)) == STRICT) {
                    strict.add(name);
                }
            }
        }
        strict.sort(null);
        return strict;
    }

    private static int value(Path directory) throws IOException {
        return Integer.parseInt(Files.readString(directory.resolve("rp_filter")).strip());
    }
}
