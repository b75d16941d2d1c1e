package io.sluice.outbound.balancer.engine;

import java.util.Arrays;
import java.util.Optional;

/** Which of the members that are up a flow begins with. The others follow in the order of the configuration, from there on. */
public enum Strategy {
    /** The first one. */
    FAILOVER("failover"),
    /** By the dice: Xray's default. */
    RANDOM("random"),
    /** By turns. */
    ROUND_ROBIN("roundRobin");

    private final String word;

    Strategy(String word) {
        this.word = word;
    }

    /** As the configuration writes it. */
    public String word() {
        return word;
    }

    public static Optional<Strategy> of(String word) {
        return Arrays.stream(values()).filter(s -> s.word.equals(word)).findFirst();
    }
}
