package io.sluice.testkit.impairment;

import java.util.List;

/** An {@link ImpairmentRelay} from a command line, until the process is ended. */
public final class RelayCommand {

    private static final String USAGE = """
            usage: relay LEFT RIGHT [--both PATH] [--there PATH] [--back PATH] [--seed N]

              LEFT, RIGHT  NAMESPACE:INTERFACE, a TAP device that is made there (name the namespaces as 'ip netns' does)
              PATH         what happens to frames from left to right (--there), the other way (--back), or either way (--both), such as
                           "rate=20mbit queue=64k loss=1% delay=10ms jitter=1ms reorder=2% duplicate=1% corrupt=0.1% mtu=1280"

            The devices are down at first: give them addresses and set them up. Ctrl-C removes them and prints what was counted.
            """;

    private RelayCommand() {}

    /** Entry point: {@code LEFT RIGHT [options]}. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 2) {
            System.err.print(USAGE);
            System.exit(2);
        }
        Impairment there = Impairment.NONE;
        Impairment back = Impairment.NONE;
        long seed = 1;
        ImpairmentRelay.End left;
        ImpairmentRelay.End right;
        try {
            left = ImpairmentRelay.End.parse(arguments[0]);
            right = ImpairmentRelay.End.parse(arguments[1]);
            List<String> options = List.of(arguments).subList(2, arguments.length);
            for (int i = 0; i < options.size(); i += 2) {
                String value = i + 1 < options.size() ? options.get(i + 1) : "";
                switch (options.get(i)) {
                    case "--both" -> there = back = Impairment.parse(value);
                    case "--there" -> there = Impairment.parse(value);
                    case "--back" -> back = Impairment.parse(value);
                    case "--seed" -> seed = Long.parseLong(value);
                    default -> throw new IllegalArgumentException("unknown option '" + options.get(i) + "'");
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println("relay: " + e.getMessage());
            System.err.print(USAGE);
            System.exit(2);
            return;
        }
        ImpairmentRelay relay = ImpairmentRelay.open(left, right, there, back, seed);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            relay.close();
            System.out.println(relay.counters());
        }));
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
