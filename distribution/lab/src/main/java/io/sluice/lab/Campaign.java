package io.sluice.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Runs injections in a world: first the positive controls, without the appliance; then every class as often as asked, in an order of the seed, each at a random
 * moment of the canaries' and the streams' life; then the way back, after which the host has to be as before.
 */
final class Campaign {

    private static final long SETTLE = 40;
    private static final int MOST_NAMED = 4;

    /** Milliseconds in which something comes of what is under way. */
    private static final long UNDER_WAY = 300;

    /** Descriptors that may be open more than in the beginning: the streams and the library's pools come and go. */
    static final int SPARE = 32;

    private final Options options;
    private final World world;
    private final PrintStream out;
    private final Map<String, Tally> tallies = new LinkedHashMap<>();
    private final Random dice;
    private final Carried carried;
    private HostState before = HostState.NONE;
    private HostState after = HostState.NONE;
    private Optional<Controls> controls = Optional.empty();
    private Optional<Round> previous = Optional.empty();
    private long settled;
    private long descriptorsBefore;
    private long descriptorsAtEnd;
    private long descriptorsAfter;
    private long flowsAtEnd;
    private boolean timeWasUp;

    Campaign(Options options, World world, PrintStream out) {
        this.options = options;
        this.world = world;
        this.out = out;
        this.dice = new Random(options.seed());
        this.carried = Carried.in(world);
        options.chosen().forEach(i -> tallies.put(i.id(), new Tally(i)));
    }

    static Report run(Options options, Path distribution, Path folder, PrintStream out) throws IOException {
        out.println("seed " + options.seed());
        try (World world = World.create(distribution, folder, FalseClock.isFor(options.chosen()))) {
            Campaign campaign = new Campaign(options, world, out);
            campaign.all();
            return campaign.report();
        }
    }

    private List<Tally> run() {
        return tallies.values().stream()
                .filter(t -> t.injection.absent().isEmpty())
                .toList();
    }

    private void all() throws IOException {
        before = HostState.of(world);
        controls = Optional.of(Controls.of(world, run(), dice));
        out.println("positive controls: " + controls.get().sentence());
        world.box.configure(world.config().withMode(options.mode()).json());
        world.mode(options.mode());
        world.up();
        world.watch.expect(!options.mode().equals(GatewayConfig.NONE));
        Waiting.pause(500);
        world.baseline();
        descriptorsBefore = world.box.descriptors();
        List<Round> order = Round.all(run(), options::times, dice);
        long begun = System.nanoTime();
        long end = begun + options.limit().toNanos();
        for (int i = 0; i < order.size(); i++) {
            if (System.nanoTime() - end >= 0) {
                timeWasUp = true;
                break;
            }
            one(order.get(i));
            if ((i + 1) % 50 == 0) {
                out.printf("%d of %d rounds, %d s%n", i + 1, order.size(), (System.nanoTime() - begun) / 1_000_000_000);
            }
        }
        world.quiet(true);
        // Every flow of datagrams that an injection made lives until it is idle; then nothing of it is to be left.
        flowsAtEnd = world.flows();
        descriptorsAtEnd = world.box.descriptors();
        Waiting.within(options.patience(), () -> world.box.descriptors() <= descriptorsBefore + SPARE);
        descriptorsAfter = world.box.descriptors();
        takeAway();
    }

    /** One round: everything that an injection of it does comes from its own seed. */
    private void one(Round round) throws IOException {
        long begun = System.nanoTime();
        GatewayConfig good = world.config();
        world.watch.expect(round.chainStays() && !options.mode().equals(GatewayConfig.NONE));
        world.watch.gaps();
        late(world.outside(), world.sightings());
        world.baseline();
        previous = Optional.of(round);
        if (round.isQuiet()) {
            arrived();
            carried.begin();
            world.quiet(false);
        }
        long shortEnds = world.streams().shortEnds();
        long wrong = world.streams().wrong();
        long misdelivered = world.misdelivered();
        world.startsTook();
        world.goal();
        Waiting.pause(dice.nextInt(0, 60));
        round.tallies().forEach(tally -> inject(tally, new Random(dice.nextLong())));
        Optional<Duration> recovery = world.recovery(round.patience()).map(world.startsTook()::plus);
        Optional<Duration> goal = world.goal();
        if (recovery.isPresent()) {
            recovered(round, recovery.get(), goal);
            if (round.hasRestore()) {
                restore(round);
                recovery = world.recovery(round.patience());
                if (recovery.isPresent()) {
                    restored(round, recovery.get());
                }
            }
        }
        if (recovery.isEmpty()) {
            round.tallies().forEach(tally -> {
                tally.unrecovered++;
                tally.error("#" + tally.injected + " no recovery in "
                        + round.patience().toSeconds() + " s: " + world.story());
            });
        }
        Waiting.pause(SETTLE);
        settled = world.outside();
        leaked(round, settled, world.sightings(), "leaked");
        int gaps = world.watch.gaps().size();
        long shorter = world.relayWasKilled() ? 0 : world.streams().shortEnds() - shortEnds;
        long wronger = world.streams().wrong() - wrong;
        long strayed = world.misdelivered() - misdelivered;
        round.tallies().forEach(tally -> {
            tally.gaps += gaps;
            tally.shortEnds += shorter;
            tally.wrongOctets += wronger;
            tally.misdelivered += strayed;
        });
        if (round.isQuiet()) {
            arrived();
            carried.end();
            world.quiet(false);
        }
        if (recovery.isEmpty()) {
            repair(round, good);
            // A repair by hand opens the machine for a while.
            world.baseline();
            settled = 0;
        }
        Duration each = Duration.ofNanos(System.nanoTime() - begun)
                .dividedBy(round.tallies().size());
        round.tallies().forEach(tally -> tally.spent(each));
    }

    /** What is under way on a machine that does much else may take long: it is waited for until no more comes, and nothing is sent any more. */
    private void arrived() {
        world.quiet(true);
        long seen;
        do {
            seen = world.far.datagrams();
            Waiting.pause(UNDER_WAY);
        } while (world.far.datagrams() != seen);
    }

    private void inject(Tally tally, Random own) {
        tally.injected++;
        Injection injection = tally.injection;
        for (Optional<Injection.Act> act : List.of(injection.stimulus(), injection.fault(), injection.heal())) {
            play(act, tally, own);
        }
        measured(tally);
    }

    private void measured(Tally tally) {
        world.figures().forEach(tally::figure);
    }

    /** @param goal this injection's own, where it is another than its class's */
    private void recovered(Round round, Duration after, Optional<Duration> goal) {
        for (Tally tally : round.tallies()) {
            tally.recovered(after, goal.orElse(tally.injection.within()));
        }
        truth(round);
    }

    private void restored(Round round, Duration after) {
        for (Tally tally : round.tallies()) {
            tally.figure(new Figure("restoredRecoveryMillis", after, Optional.of(tally.injection.within())));
        }
        truth(round);
    }

    /** What is put right after the recovery has to be recovered from, too. */
    private void restore(Round round) {
        for (Tally tally : round.tallies()) {
            play(tally.injection.restore(), tally, dice);
            measured(tally);
        }
    }

    private void play(Optional<Injection.Act> act, Tally tally, Random own) {
        try {
            if (act.isPresent()) {
                act.get().on(world, own);
            }
        } catch (Exception e) {
            tally.error("#" + tally.injected + " " + e.getMessage());
        }
    }

    /** What was seen after the last look belongs to the round before. */
    private void late(long filter, List<Capture.Sighting> seen) {
        previous.ifPresent(round -> leaked(round, filter - settled, seen, "leaked late"));
    }

    private void leaked(Round round, long filter, List<Capture.Sighting> seen, String how) {
        if (filter == 0 && seen.isEmpty()) {
            return;
        }
        out.println(round + " " + how + " " + filter + "/" + seen.size() + " "
                + seen.stream()
                        .map(Capture.Sighting::what)
                        .distinct()
                        .limit(MOST_NAMED)
                        .toList());
        round.blame(filter, seen);
    }

    /** What the interface says is what is so: what was acknowledged is in force, and it carries, so it has to say "connected". */
    private void truth(Round round) {
        String wrong;
        try {
            boolean obeys =
                    Waiting.within(Duration.ofSeconds(10), () -> notInForce().isEmpty());
            boolean said = Waiting.within(
                    Duration.ofSeconds(10), () -> world.box.tunnelState().equals("CONNECTED"));
            boolean asks = Waiting.within(Duration.ofSeconds(10), world.box::resolverIsTheTunnels);
            wrong = (obeys ? "" : " it carries, and something acknowledged is lost: " + notInForce())
                    + (said ? "" : " it carries, and says " + world.box.tunnelState())
                    + (asks ? "" : " the host does not ask the tunnel's name servers");
        } catch (IllegalStateException e) {
            wrong = " it carries, and does not answer: " + e.getMessage();
        }
        if (!wrong.isEmpty()) {
            for (Tally tally : round.tallies()) {
                tally.error("#" + tally.injected + wrong);
            }
        }
    }

    private String notInForce() {
        return InForce.difference(world.config(), world.box.get("/tunnel").path("profile"));
    }

    private void repair(Round round, GatewayConfig good) {
        out.println(round + " did not recover: "
                + round.tallies().getFirst().errors().getLast());
        try {
            world.repair(good);
        } catch (RuntimeException e) {
            throw new IllegalStateException("the world cannot be put right after " + round, e);
        }
    }

    /** A person takes it off the machine: with a kill switch after a crash, the hardest case, else while it runs. */
    private void takeAway() throws IOException {
        world.watch.expect(false);
        world.quiet(true);
        if (!options.mode().equals(GatewayConfig.NONE)) {
            world.box.kill("KILL");
        }
        world.box.run("uninstall", "--yes");
        Waiting.pause(200);
        after = HostState.of(world);
        world.quiet(false);
    }

    private Report report() {
        return new Report(
                options,
                List.copyOf(tallies.values()),
                controls.orElseThrow(),
                world,
                carried,
                new Report.Descriptors(descriptorsBefore, descriptorsAtEnd, flowsAtEnd, descriptorsAfter),
                before.difference(after),
                timeWasUp);
    }
}
