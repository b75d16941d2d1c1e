package io.sluice.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a campaign is to be.
 *
 * @param faults identifiers of classes; empty for all
 * @param repetitions of each class
 * @param times of single classes, where it is another number
 * @param seed of the dice and of the order
 * @param report where the JSON goes
 * @param mode of the kill switch; {@code none} shows what leaks without one
 * @param limit after which no further injection is begun
 * @param soak how long nothing happens in each L01, if it is said
 * @param patience how long to wait in the end for the last flow to be forgotten
 * @param timesCount whether a class of which something took longer than its row lets it does not hold; beside other tests it is only told
 */
record Options(
        List<String> faults,
        int repetitions,
        Map<String, Integer> times,
        long seed,
        Optional<Path> report,
        String mode,
        Duration limit,
        Optional<Duration> soak,
        Duration patience,
        boolean timesCount) {

    /** No campaign takes so long. */
    static final Duration UNLIMITED = Duration.ofDays(7);

    /** Longer than the appliance keeps an idle association of datagrams: 5 minutes, and a look every second. */
    static final Duration UNTIL_IDLE = Duration.ofSeconds(330);

    /** 0 leaks in 30 trials bound the probability of one at 10 %, in 300 at 1 % (with 95 % confidence, 3/N). */
    static final int COMMIT = 30;

    static final int NIGHTLY = 300;

    /**
     * Of classes of leaks in a commit's campaign of which one injection takes long: five start the appliance anew, which for some seconds takes a whole processor from
     * the other tests, four wait.
     */
    private static final Map<String, Integer> SLOW_OF_A_COMMIT =
            Map.of("L02", 3, "L03", 3, "L04", 3, "L05", 3, "L34", 3, "L08", 10, "L10", 10, "L20", 10, "L29", 10);

    /** Of each class of faults in a commit's campaign: beside the other tests there is no time for more. */
    private static final int FAULTS_OF_A_COMMIT = 1;

    /** A continuous integration that may take half an hour has so much beside the other tests. */
    private static final Duration TIME_OF_A_COMMIT = Duration.ofMinutes(11);

    static final String USAGE = """
        usage: ./sluice campaign [OPTIONS]      (root; makes network namespaces and removes them)

          --faults L01,L02,F01   only these classes (all, if not given); L14:200 is one with a number of its own
          --n N                  injections of each class (30)
          --nightly              300 of each
          --commit               30 of each class of leaks (3 or 10 where one takes long), 1 of each of faults but
                                 F22, for 11 minutes at most; flows that are idle in the end are not waited for,
                                 and what takes longer than its row lets it is told, and holds
          --minutes M            begin no further injection after so long
          --soak SECONDS         how long nothing happens in each L01 (0.3)
          --seed S               of the order and of every random choice; the same seed gives the same sequence
          --report FILE          write the result as JSON
          --mode MODE            the kill switch's: lockdown (default), auto, or none, to see what leaks without one
        """;

    /** @throws IllegalArgumentException with a sentence */
    static Options parse(List<String> words, long newSeed) {
        List<String> faults = new ArrayList<>();
        int repetitions = COMMIT;
        long seed = newSeed;
        Optional<Path> report = Optional.empty();
        Map<String, Integer> times = new HashMap<>();
        String mode = "lockdown";
        Duration limit = UNLIMITED;
        Optional<Duration> soak = Optional.empty();
        boolean commit = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--nightly")) {
                repetitions = NIGHTLY;
                continue;
            }
            if (word.equals("--commit")) {
                commit = true;
                limit = TIME_OF_A_COMMIT;
                continue;
            }
            if (!List.of("--faults", "--n", "--minutes", "--soak", "--seed", "--report", "--mode")
                    .contains(word)) {
                throw new IllegalArgumentException("'" + word + "' is not an option");
            }
            if (++i == words.size()) {
                throw new IllegalArgumentException(word + " wants a value");
            }
            String value = words.get(i);
            switch (word) {
                case "--faults" -> {
                    for (String fault : value.split(",")) {
                        String[] parts = fault.split(":", 2);
                        faults.add(parts[0]);
                        if (parts.length == 2) {
                            times.put(parts[0], (int) number(word, parts[1]));
                        }
                    }
                }
                case "--n" -> repetitions = (int) number(word, value);
                case "--minutes" -> limit = Duration.ofMinutes(number(word, value));
                case "--soak" -> soak = Optional.of(Duration.ofSeconds(number(word, value)));
                case "--seed" -> seed = number(word, value);
                case "--report" -> report = Optional.of(Path.of(value));
                default -> mode = value;
            }
        }
        if (commit) {
            for (Injection injection : catalogue()) {
                String id = injection.id();
                if (!id.startsWith("L")) {
                    times.putIfAbsent(id, FAULTS_OF_A_COMMIT);
                } else if (SLOW_OF_A_COMMIT.containsKey(id)) {
                    times.putIfAbsent(id, SLOW_OF_A_COMMIT.get(id));
                }
                if (!id.equals(FalseClock.NEEDING)) {
                    faults.add(id);
                }
            }
        }
        if (repetitions < 1 || times.values().stream().anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException("--n wants at least 1");
        }
        if (soak.filter(s -> !s.isPositive()).isPresent()) {
            throw new IllegalArgumentException("--soak wants at least 1");
        }
        if (soak.isPresent() && !faults.isEmpty() && !faults.contains("L01")) {
            throw new IllegalArgumentException("--soak is for L01, which --faults leaves out");
        }
        if (!List.of("lockdown", GatewayConfig.AUTO, GatewayConfig.NONE).contains(mode)) {
            throw new IllegalArgumentException("--mode wants lockdown, auto or none");
        }
        Options options = new Options(
                List.copyOf(faults),
                repetitions,
                Map.copyOf(times),
                seed,
                report,
                mode,
                limit,
                soak,
                commit ? Duration.ZERO : UNTIL_IDLE,
                !commit);
        options.chosen();
        return options;
    }

    private static long number(String word, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(word + " wants a number, not '" + value + "'", e);
        }
    }

    int times(String id) {
        return times.getOrDefault(id, repetitions);
    }

    /** The classes, in the order of the catalogue. */
    List<Injection> chosen() {
        List<Injection> all = catalogue();
        for (String fault : faults) {
            if (all.stream().noneMatch(i -> i.id().equals(fault))) {
                throw new IllegalArgumentException("there is no class '" + fault + "'");
            }
        }
        List<Injection> chosen = all.stream()
                .filter(i -> faults.isEmpty() || faults.contains(i.id()))
                .map(i -> i.id().equals("L01") ? soak.map(LeakClasses::quiet).orElse(i) : i)
                .toList();
        return FalseClock.isFor(chosen)
                ? chosen
                : chosen.stream()
                        .map(i -> i.id().equals("L06") ? NetworkTrouble.suspended(false) : i)
                        .toList();
    }

    static List<Injection> catalogue() {
        List<Injection> all = new ArrayList<>(LeakClasses.all());
        all.addAll(Faults.all());
        all.sort(Comparator.comparing((Injection i) -> "LFE".indexOf(i.id().charAt(0)))
                .thenComparing(Injection::id));
        return List.copyOf(all);
    }
}
