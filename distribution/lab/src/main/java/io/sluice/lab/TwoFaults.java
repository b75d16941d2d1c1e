package io.sluice.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** F24: two different ones of nine faults, the second before the first is over. */
final class TwoFaults {

    private static final int KILLED = 0;
    private static final int DAMAGED = 3;
    private static final int STOPPED = 8;

    /** The N of each one's row, in seconds: F01, F04, F10, F12, F13, F03, F06, F05, F02. */
    private static final List<Integer> ROWS = List.of(10, 3, 5, 2, 2, 5, 5, 5, 3);

    /** What a pair is given more than the longer of its rows, in seconds. */
    private static final int MORE = 10;

    private TwoFaults() {}

    static Injection injection() {
        return Injection.of("F24", "two faults within half a second")
                // The longest; each pair has its own.
                .within(Collections.max(ROWS) + MORE)
                .breaking(TwoFaults::both)
                .healing((w, dice) -> {
                    w.lab.mend();
                    if (!w.relay.lives()) {
                        w.relay.start();
                    }
                    if (!w.box.lives()) {
                        w.start();
                    }
                });
    }

    private static void both(World w, Random dice) throws IOException {
        List<Integer> pair = pair(dice);
        w.goal(Duration.ofSeconds(MORE + pair.stream().mapToInt(ROWS::get).max().orElseThrow()));
        for (int fault : pair) {
            switch (fault) {
                case KILLED -> w.box.kill("KILL");
                case 1 -> NetworkTrouble.link(w, "down");
                case 2 -> PathTrouble.filter(w, "numgen random mod 100 < 50 drop");
                case DAMAGED -> w.lab.gw.exec("sh", "-c", Faults.DAMAGE.get(dice.nextInt(Faults.DAMAGE.size())));
                case 4 -> Faults.foreignResolver(w);
                case 5 -> w.killRelay();
                case 6 -> Faults.silence(w);
                case 7 -> PathTrouble.otherAddress(w);
                default -> {
                    w.box.signal("STOP");
                    Waiting.pause(dice.nextInt(100, 500));
                    w.box.signal("CONT");
                }
            }
            Waiting.pause(dice.nextInt(10, 500));
        }
    }

    /** Two different ones; what needs the process comes before its end. */
    private static List<Integer> pair(Random dice) {
        List<Integer> all =
                new ArrayList<>(IntStream.range(KILLED, ROWS.size()).boxed().toList());
        Collections.shuffle(all, dice);
        List<Integer> two = all.subList(0, 2);
        return two.getFirst() == KILLED && (two.contains(DAMAGED) || two.contains(STOPPED)) ? two.reversed() : two;
    }
}
