package io.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Random;

/** F03: the proxy server is killed. With a second one the tunnel carries on; without, nothing passes, and what fails is named. */
final class DeadProxy {

    /** The catalogue's, with an alternative. */
    private static final Duration FAILOVER = Duration.ofSeconds(5);

    /** Ours: two clients' attempts, and one look at the status. */
    private static final Duration WORD = Duration.ofSeconds(2);

    private DeadProxy() {}

    static Injection injection() {
        return Injection.of("F03", "the proxy server is killed, with and without a second one, and started again")
                // Without a second one the row has no figure: it is the same from when the first is back.
                .within((int) FAILOVER.toSeconds())
                .breaking((w, dice) -> {
                    if (dice.nextBoolean()) {
                        withSecond(w);
                    } else {
                        alone(w);
                    }
                    Waiting.pause(dice.nextInt(0, 300));
                })
                .healing((w, dice) -> w.relay.start())
                .restoring(DeadProxy::restore);
    }

    private static void withSecond(World w) throws Exception {
        w.second.start();
        w.apply(w.config().withGroup(true));
        Waiting.until("the tunnel by the group", () -> w.carries() && isInUse(w, "out"));
        w.killRelay();
        long begun = System.nanoTime();
        if (!Waiting.within(Round.LEAST_PATIENCE, w::carries)) {
            throw new IllegalStateException("not carried by the second proxy server after " + Round.LEAST_PATIENCE
                    + ": " + description(w) + " | " + w.story());
        }
        w.figure("failoverMillis", Duration.ofNanos(System.nanoTime() - begun), FAILOVER);
        String said = description(w);
        if (!said.contains("out (down, ") || !isInUse(w, "second")) {
            throw new IllegalStateException("carried by the second, but what is said is: " + said);
        }
    }

    private static void alone(World w) {
        w.killRelay();
        if (w.carriesAnything()) {
            throw new IllegalStateException("the tunnel carries without its proxy server");
        }
        JsonNode failed = w.box.get("/flows?failed=true&outbound=out").path("items");
        for (JsonNode flow : failed) {
            if (flow.path("outbound").asText().equals("out")
                    && flow.path("closeReason").asText().equals("CONNECT_REFUSED")
                    && flow.path("detail").asText().contains(w.config().relay())) {
                isSaid(w);
                return;
            }
        }
        throw new IllegalStateException("nothing says that the proxy server does not answer: " + failed);
    }

    /** The whole appliance's word is another, and the outbound is named with it. */
    private static void isSaid(World w) {
        long begun = System.nanoTime();
        boolean said = Waiting.within(Round.LEAST_PATIENCE, () -> {
            w.carries(); // it is learned from flows, and one alone is not enough
            JsonNode status = w.box.get("/status");
            return status.path("state").asText().equals("degraded")
                    && status.path("troubles").findValuesAsText("outbound").contains("out");
        });
        if (!said) {
            throw new IllegalStateException("not said within " + Round.LEAST_PATIENCE
                    + " that the outbound opens nothing: " + w.box.get("/status"));
        }
        w.figure("saidMillis", Duration.ofNanos(System.nanoTime() - begun), WORD);
    }

    /** The first is used again as soon as it is back, and then there is only one again. */
    private static void restore(World w, Random dice) {
        if (w.config().group()) {
            long begun = System.nanoTime();
            Waiting.until("the tunnel by the first proxy server again", () -> w.carries() && isInUse(w, "out"));
            w.figure("firstAgainMillis", Duration.ofNanos(System.nanoTime() - begun));
            w.apply(w.config().withGroup(false));
        } else {
            Waiting.until(
                    "the appliance's word for what carries again",
                    () -> w.carries()
                            && w.box.get("/status").path("state").asText().equals("connected"));
        }
    }

    private static boolean isInUse(World w, String tag) {
        return description(w).endsWith("in use: " + tag);
    }

    private static String description(World w) {
        for (JsonNode outbound : w.box.get("/outbounds").path("items")) {
            if (outbound.path("tag").asText().equals(GatewayConfig.GROUP)) {
                return outbound.path("description").asText();
            }
        }
        return "(no group)";
    }
}
