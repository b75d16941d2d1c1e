package io.sluice.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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

    /** Builds may share the machine: a recovery is waited for this many times longer than the goal before it counts as none, and the figure is recorded. */
    private static final int SLACK = 6;

    /** On a machine on which a start takes a minute, an answer takes some seconds. */
    private static final Duration LEAST_PATIENCE = Duration.ofMinutes(1);

    private static final long SETTLE = 40;

    /** Descriptors that may be open more than in the beginning: the streams and the library's pools come and go. */
    static final int SPARE = 32;

    private final Options options;
    private final World world;
    private final PrintStream out;
    private final Map<String, Tally> tallies = new LinkedHashMap<>();
    private final Random dice;
    private final Carried carried = new Carried();
    private HostState before = HostState.NONE;
    private HostState after = HostState.NONE;
    private Optional<Controls> controls = Optional.empty();
    private Optional<Tally> previous = Optional.empty();
    private long settled;
    private long descriptorsBefore;
    private long descriptorsAtEnd;
    private long descriptorsAfter;
    private long flowsAtEnd;

    /** Numbered datagrams of the time in which nothing broke. */
    private static final class Carried {
        private long sent;
        private long come;
    }

    Campaign(Options options, World world, PrintStream out) {
        this.options = options;
        this.world = world;
        this.out = out;
        this.dice = new Random(options.seed());
        options.chosen().forEach(i -> tallies.put(i.id(), new Tally(i)));
    }

    static Report run(Options options, Path distribution, Path folder, PrintStream out) throws IOException {
        out.println("seed " + options.seed());
        try (World world = World.create(distribution, folder, FalseClock.neededBy(options.chosen()))) {
            // Ctrl-C leaves no namespace behind either.
            Runtime.getRuntime().addShutdownHook(new Thread(world::close));
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
        List<Tally> order = new ArrayList<>();
        for (Tally tally : run()) {
            order.addAll(Collections.nCopies(options.times(tally.injection.id()), tally));
        }
        Collections.shuffle(order, dice);
        long begun = System.nanoTime();
        long end = begun + options.limit().toNanos();
        for (int i = 0; i < order.size() && System.nanoTime() - end < 0; i++) {
            one(order.get(i), dice.nextLong());
            if ((i + 1) % 50 == 0) {
                out.printf(
                        "%d of %d injections, %d s%n",
                        i + 1, order.size(), (System.nanoTime() - begun) / 1_000_000_000);
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

    /** One injection: everything that it does comes from its own seed, so that it can be played alone. */
    private void one(Tally tally, long seed) throws IOException {
        Injection injection = tally.injection;
        Random own = new Random(seed);
        int number = ++tally.injected;
        GatewayConfig good = world.config();
        world.watch.expect(injection.chainStays() && !options.mode().equals(GatewayConfig.NONE));
        world.watch.gaps();
        late(world.outside(), world.sightings());
        world.baseline();
        previous = Optional.of(tally);
        long sent = world.fromLan.numbered() + world.fromBox.numbered();
        long come = world.far.datagrams();
        long shortEnds = world.streams().shortEnds();
        long wrong = world.streams().wrong();
        Waiting.pause(own.nextInt(0, 60));
        for (Optional<Injection.Act> act : List.of(injection.stimulus(), injection.fault(), injection.heal())) {
            play(act, tally, own);
        }
        Optional<Duration> recovery = world.recovery(patience(injection));
        if (recovery.isPresent()) {
            tally.recovered(recovery.get(), 1);
            truth(tally, number);
            if (injection.restore().isPresent()) {
                play(injection.restore(), tally, own);
                recovery = world.recovery(patience(injection));
            }
        }
        if (recovery.isEmpty()) {
            tally.unrecovered++;
            tally.error("#" + number + " no recovery in " + patience(injection).toSeconds() + " s: " + world.story());
        }
        Waiting.pause(SETTLE);
        long filter = world.outside();
        settled = filter;
        List<Capture.Sighting> seen = world.sightings();
        tally.leaked(filter, seen, number);
        if (filter > 0 || !seen.isEmpty()) {
            out.println(injection.id() + " #" + number + " leaked " + filter + "/" + seen.size());
        }
        tally.gaps += world.watch.gaps().size();
        tally.shortEnds += world.streams().shortEnds() - shortEnds;
        tally.wrongOctets += world.streams().wrong() - wrong;
        if (injection.id().equals("L01")) {
            carried.sent += world.fromLan.numbered() + world.fromBox.numbered() - sent;
            carried.come += world.far.datagrams() - come;
        }
        if (recovery.isEmpty()) {
            repair(tally, good);
            // A repair by hand opens the machine for a while.
            world.baseline();
            settled = 0;
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

    private static Duration patience(Injection injection) {
        Duration goal = injection.within().multipliedBy(SLACK);
        return goal.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : goal;
    }

    /** What was seen after the last look belongs to the injection before. */
    private void late(long filter, List<Capture.Sighting> seen) {
        previous.filter(t -> filter > settled || !seen.isEmpty()).ifPresent(t -> {
            t.leaked(filter - settled, seen, t.injected);
            out.println(t.injection.id() + " leaked late " + (filter - settled) + "/" + seen.size());
        });
    }

    /** What the interface says is what is so: it carries, so it has to say "connected". */
    private void truth(Tally tally, int number) {
        try {
            boolean said = Waiting.within(
                    Duration.ofSeconds(10), () -> world.box.tunnelState().equals("CONNECTED"));
            if (!said) {
                tally.error("#" + number + " it carries, and says " + world.box.tunnelState());
            }
        } catch (IllegalStateException e) {
            tally.error("#" + number + " it carries, and does not answer: " + e.getMessage());
        }
    }

    private void repair(Tally tally, GatewayConfig good) {
        out.println(tally.injection.id() + " did not recover: " + tally.errors().getLast());
        try {
            world.repair(good);
        } catch (RuntimeException e) {
            throw new IllegalStateException("the world cannot be put right after " + tally.injection.id(), e);
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
                carried.sent == 0 ? 1 : (double) carried.come / carried.sent,
                new Report.Descriptors(descriptorsBefore, descriptorsAtEnd, flowsAtEnd, descriptorsAfter),
                before.difference(after));
    }
}
