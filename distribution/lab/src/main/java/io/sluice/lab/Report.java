package io.sluice.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a campaign has shown. Made while the world is still there; plain figures afterwards. */
final class Report {

    /**
     * Open descriptors of the appliance.
     *
     * @param flows that were alive at the end; each of datagrams holds about three until it is idle
     * @param after when all had been idle for long enough
     */
    record Descriptors(long before, long atTheEnd, long flows, long after) {}

    /** The catalogue's figure, L01. */
    private static final double LEAST_CARRIED = 0.99;

    private final Map<String, Object> view = new LinkedHashMap<>();
    private final List<Tally> tallies;
    private final boolean timesCount;
    private final List<String> verdict = new ArrayList<>();

    Report(
            Options options,
            List<Tally> tallies,
            Controls controls,
            World world,
            Carried carried,
            Descriptors descriptors,
            List<String> leftOnTheHost,
            boolean timeWasUp) {
        this.tallies = tallies;
        this.timesCount = options.timesCount();
        List<String> fewer = tallies.stream()
                .filter(t -> t.injection.absent().isEmpty() && t.injected < options.times(t.injection.id()))
                .map(t -> t.injection.id() + " " + t.injected + " of " + options.times(t.injection.id()))
                .toList();
        CheckedStreams streams = world.streams();
        view.put("at", Instant.now().toString());
        view.put("kernel", System.getProperty("os.version"));
        view.put("seed", options.seed());
        view.put("mode", options.mode());
        view.put("injections", tallies.stream().mapToInt(t -> t.injected).sum());
        view.put(
                "leakedPackets",
                Map.of(
                        "filter",
                                tallies.stream().mapToLong(t -> t.leakedFilter).sum(),
                        "capture",
                                tallies.stream().mapToLong(t -> t.leakedCapture).sum()));
        view.put("canaries", world.fromLan.total() + world.fromBox.total());
        view.put("datagramsCarriedInQuiet", Math.round(carried.share() * 10_000) / 10_000.0);
        view.put("datagramsInQuiet", carried.view());
        view.put("datagramsEchoed", world.fromLan.echoed() + world.fromBox.echoed());
        view.put("datagramsMisdelivered", world.misdelivered());
        view.put("passedInGapsOfAuto", world.gaps.passed());
        view.put("ruleTransactions", world.watch.transactions());
        view.put("chainAbsent", tallies.stream().mapToLong(t -> t.gaps).sum());
        view.put(
                "streams",
                Map.of(
                        "octets", streams.octets(),
                        "octetsSent", streams.sent(),
                        "wrong", streams.wrong(),
                        "wrongAt", streams.samples(),
                        "shortEnds", streams.shortEnds(),
                        "complete", streams.complete(),
                        "reset", streams.broken()));
        view.put(
                "descriptors",
                Map.of(
                        "before", descriptors.before(),
                        "atTheEnd", descriptors.atTheEnd(),
                        "flowsAtTheEnd", descriptors.flows(),
                        "afterAllWereIdle", descriptors.after()));
        view.put(
                "controls",
                Map.of(
                        "filter",
                        controls.filter(),
                        "capture",
                        controls.capture(),
                        "clients",
                        controls.clients(),
                        "notSeen",
                        controls.missing()));
        view.put("leftOnTheHost", leftOnTheHost);
        view.put("timeWasUpAt", timeWasUp ? fewer : List.of());
        view.put("timesCount", timesCount);
        view.put("late", tallies.stream().flatMap(t -> t.late().stream()).toList());
        view.put(
                "classes",
                tallies.stream()
                        .map(t -> t.view(options.times(t.injection.id()), timesCount))
                        .toList());
        if (carried.areEnough() && carried.share() < LEAST_CARRIED) {
            verdict.add("the tunnel carried only " + carried.share() + " of the datagrams while nothing happened: "
                    + carried.view());
        }
        if (!timeWasUp && !fewer.isEmpty()) {
            verdict.add("fewer injections than wanted: " + fewer);
        }
        judge(options, descriptors, controls, world, streams, leftOnTheHost);
        view.put("verdict", verdict);
    }

    private void judge(
            Options options,
            Descriptors descriptors,
            Controls controls,
            World world,
            CheckedStreams streams,
            List<String> leftOnTheHost) {
        tallies.stream()
                .filter(t -> !t.holds(timesCount))
                .forEach(t -> verdict.add(t.injection.id()
                        + (t.holds(false) ? " is late: " + String.join(", ", t.late()) : " does not hold")));
        if (!controls.missing().isEmpty()) {
            verdict.add("void: canaries not seen while the appliance was off: " + controls.missing());
        }
        if (!controls.unseenByClients().isEmpty()) {
            verdict.add("void: clients did not see what they were to see while the appliance was off: "
                    + controls.unseenByClients());
        }
        if (!world.observer.alive() || !world.watch.alive()) {
            verdict.add("void: an observer has died");
        }
        if (world.fromLan.broken() != null || world.fromBox.broken() != null) {
            verdict.add("void: the canaries have stopped: " + world.fromLan.broken() + ", " + world.fromBox.broken());
        }
        if (streams.octets() == 0 || streams.sent() == 0) {
            verdict.add("void: the checked streams carried nothing one way or the other");
        }
        if (world.misdelivered() > 0) {
            verdict.add("datagrams reached another than they were for, or were not as they were sent");
        }
        if (streams.wrong() > 0) {
            verdict.add("octets were wrong");
        }
        if (options.patience().compareTo(Options.UNTIL_IDLE) >= 0
                && descriptors.after() > descriptors.before() + Campaign.SPARE) {
            verdict.add("descriptors are not given back: " + descriptors);
        }
        if (!leftOnTheHost.isEmpty()) {
            verdict.add("the host is not as before");
        }
    }

    /** What does not hold, one sentence each; none if everything does. */
    List<String> verdict() {
        return verdict;
    }

    Map<String, Object> view() {
        return view;
    }

    void write(Path file) throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        Files.writeString(
                file,
                new ObjectMapper()
                                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                                .writeValueAsString(view)
                        + "\n");
    }

    String table() {
        StringBuilder text = new StringBuilder();
        text.append(
                "class   n  control(filter/capture)  leaked(filter/capture)  chain absent  not recovered  p50 ms  max"
                        + " ms  goal ms  what\n");
        for (Tally t : tallies) {
            if (t.injection.absent().isPresent()) {
                text.append("%-4s   –  %s: %s%n"
                        .formatted(
                                t.injection.id(),
                                t.injection.title(),
                                t.injection.absent().get()));
            } else {
                text.append("%-4s %4d  %23s  %22s  %12d  %13d  %6d  %6d  %7d  %s%s%n"
                        .formatted(
                                t.injection.id(),
                                t.injected,
                                t.controlFilter + "/" + t.controlCapture,
                                t.leakedFilter + "/" + t.leakedCapture,
                                t.gaps,
                                t.unrecovered,
                                t.recovery(0.5),
                                t.recovery(1),
                                t.injection.within().toMillis(),
                                t.injection.title(),
                                t.holds(timesCount) ? "" : "  <-- "));
                if (t.wrongOctets + t.misdelivered > 0) {
                    text.append("       wrong octets in streams: %d, misdelivered datagrams: %d%n"
                            .formatted(t.wrongOctets, t.misdelivered));
                }
                if (t.shortEnds > 0) {
                    text.append("       streams that ended in good order before they were complete: ")
                            .append(t.shortEnds)
                            .append('\n');
                }
                t.late().forEach(l -> text.append("       LATE ").append(l).append('\n'));
                t.figures().forEach(f -> text.append("       ").append(f).append('\n'));
                t.samples().forEach(s -> text.append("       leaked ").append(s).append('\n'));
                t.errors().forEach(e -> text.append("       ").append(e).append('\n'));
            }
        }
        view.forEach((key, value) -> {
            if (!key.equals("classes")) {
                text.append(key).append(": ").append(value).append('\n');
            }
        });
        text.append(verdict.isEmpty() ? "everything holds\n" : "NOT everything holds\n");
        return text.toString();
    }
}
