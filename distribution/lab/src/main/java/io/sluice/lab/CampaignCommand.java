package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The command line. Exit status 0: everything holds; 1: something does not; 2: wrong use. */
public final class CampaignCommand {

    private CampaignCommand() {}

    public static void main(String[] arguments) throws IOException {
        List<String> words = List.of(arguments);
        if (words.contains("--help") || words.contains("-h")) {
            System.out.print(Options.USAGE);
            return;
        }
        Options options;
        Path distribution;
        try {
            options = Options.parse(words, System.nanoTime() & 0xffff_ffffL);
            distribution = distribution();
            NetworkNamespace.unavailable().ifPresent(why -> {
                throw new IllegalArgumentException(why);
            });
        } catch (IllegalArgumentException e) {
            System.err.println("campaign: " + e.getMessage());
            System.err.println("Try: ./sluice campaign --help");
            System.exit(2);
            return;
        }
        Path folder = Files.createTempDirectory("sluice-lab");
        Report report = Campaign.run(options, distribution, folder, System.out);
        System.out.print(report.table());
        if (options.report().isPresent()) {
            report.write(options.report().get());
        }
        if (report.verdict().isEmpty()) {
            delete(folder);
        } else {
            System.out.println("captures and logs are in " + folder);
        }
        System.exit(report.verdict().isEmpty() ? 0 : 1);
    }

    private static Path distribution() {
        String home = System.getenv("SLUICE_DIST");
        if (home == null || !Files.isExecutable(Path.of(home, "bin/sluice"))) {
            throw new IllegalArgumentException("SLUICE_DIST does not name a laid out appliance");
        }
        return Path.of(home);
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
