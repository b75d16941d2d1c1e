package io.sluice.tunnel;

import io.sluice.api.tunnel.TunnelListener;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelStatus;
import io.sluice.tunnel.engine.Command;
import io.sluice.tunnel.engine.ConnectedState;
import io.sluice.tunnel.engine.ConnectingState;
import io.sluice.tunnel.engine.DisconnectedState;
import io.sluice.tunnel.engine.DisconnectingState;
import io.sluice.tunnel.engine.ErrorState;
import io.sluice.tunnel.engine.Failure;
import io.sluice.tunnel.engine.Memory;
import io.sluice.tunnel.engine.State;
import io.sluice.tunnel.engine.Store;
import io.sluice.tunnel.engine.TunnelContext;
import io.sluice.tunnel.engine.TunnelMachine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which the tunnel's state machine runs. Commands wait in a bounded queue; between them an unsettled machine takes its
 * steps; delayed commands come when their time is there.
 */
final class Coordinator {

    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

    /** Commands that may wait. Senders beyond it wait themselves; it takes a fault of ours to get there. */
    static final int QUEUE = 256;

    /** What became of a command: how the tunnel stands, or why the command was refused. */
    record Outcome(TunnelStatus status, Optional<Failure> refused) {}

    /**
     * @param command what is carried out; empty for what is none
     * @param abandoned is run instead where nothing is carried out any more
     */
    private record Item(Optional<Command> command, Runnable action, Runnable abandoned) {

        Item(Runnable action) {
            this(Optional.empty(), action, () -> {});
        }

        boolean isOfOutbounds() {
            return command.filter(Command.OutboundsChanged.class::isInstance).isPresent();
        }
    }

    private record Delayed(long due, Command command) {}

    private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(QUEUE);
    private final PriorityQueue<Delayed> delayed = new PriorityQueue<>((a, b) -> Long.compare(a.due() - b.due(), 0));
    private final List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
    private final Listeners listeners;
    private final TunnelContext context;
    private final TunnelMachine machine;
    private final Thread thread;
    private volatile TunnelStatus status;
    private volatile Memory memory;
    private boolean running = true;
    /** What starts the tunnel is for its successor. */
    private boolean closing;

    private volatile boolean over;

    Coordinator(Memory found, Store store, InstantSource clock, Listeners listeners) {
        this.listeners = listeners;
        this.context = new TunnelContext(
                found,
                store,
                clock,
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextDouble(),
                this::later,
                this::report);
        this.machine = new TunnelMachine(context, listeners);
        this.status = machine.status();
        this.memory = found;
        this.thread = Thread.ofPlatform().name("sluice-tunnel").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    TunnelStatus status() {
        return status;
    }

    Memory memory() {
        return memory;
    }

    boolean alive() {
        return thread.isAlive();
    }

    boolean onThread() {
        return Thread.currentThread() == thread;
    }

    /** Answers when the command has been handled, though its steps may not be over. Blocks while the queue is full. */
    CompletableFuture<Outcome> tell(Command command) throws InterruptedException {
        CompletableFuture<Outcome> reply = new CompletableFuture<>();
        put(new Item(
                Optional.of(command),
                () -> {
                    Optional<Failure> refused = isOutdated(command) ? Optional.empty() : handle(command);
                    reply.complete(new Outcome(status, refused));
                },
                () -> abandon(command, reply)));
        return reply;
    }

    /** The next tells all the outbounds too: the kill switch's rules need not be set for each of many that come at a start. */
    private boolean isOutdated(Command command) {
        Item next = queue.peek();
        return command instanceof Command.OutboundsChanged && next != null && next.isOfOutbounds();
    }

    /** Answers when the command has been handled and the machine is settled again. */
    CompletableFuture<Outcome> settle(Command command) throws InterruptedException {
        CompletableFuture<Outcome> reply = new CompletableFuture<>();
        put(new Item(
                Optional.of(command),
                () -> {
                    Optional<Failure> refused = handle(command);
                    if (refused.isPresent()) {
                        reply.complete(new Outcome(status, refused));
                    } else {
                        waiting.add(reply);
                    }
                },
                () -> abandon(command, reply)));
        return reply;
    }

    private void put(Item item) throws InterruptedException {
        queue.put(item);
        if (over) {
            drain();
        }
    }

    /** Nobody carries out what still waits; who asked is told so. */
    private synchronized void drain() {
        for (Item item = queue.poll(); item != null; item = queue.poll()) {
            item.abandoned().run();
        }
    }

    /** The tunnel is down already where an operator's stop comes too late: its successor is not to start it. */
    private void abandon(Command command, CompletableFuture<Outcome> reply) {
        if (command instanceof Command.Stop stop
                && stop.byOperator()
                && context.memory().resume()) {
            context.rememberOrWarn(context.memory().withResume(false));
        }
        reply.cancel(false);
    }

    /**
     * Starts the tunnel if the profile that is in force by then, behind the commands that wait, is one that starts by itself.
     *
     * @param still asked when it is to be started
     */
    void startIfProfileSays(BooleanSupplier still) throws InterruptedException {
        queue.put(new Item(() -> {
            if (still.getAsBoolean()
                    && context.memory()
                            .profile()
                            .filter(TunnelProfile::autoStart)
                            .isPresent()) {
                handle(new Command.AutoStart());
            }
        }));
    }

    /** Starts what a predecessor left to be resumed. That it did counts once; with a kill switch in force a tunnel that was started is resumed always. */
    void resume() throws InterruptedException {
        queue.put(new Item(() -> {
            context.rememberOrWarn(context.memory().withResume(context.memory().killSwitch()));
            handle(new Command.AutoStart());
        }));
    }

    /** Runs this on the coordinator's thread, behind the commands that wait. */
    CompletableFuture<Void> run(Consumer<TunnelMachine> action) throws InterruptedException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        queue.put(new Item(() -> {
            action.accept(machine);
            publish();
            done.complete(null);
        }));
        return done;
    }

    /** Tells it the present state first, in order with every event. */
    void addListener(TunnelListener listener) throws InterruptedException {
        queue.put(new Item(() -> listeners.add(listener, status)));
    }

    /**
     * Stops the tunnel and then the thread. No operator said so, so the kill switch stays as closed as it is.
     *
     * @param resume whether the successor of this coordinator is to start it again
     * @return false if that was not over in time; the thread goes on until it is
     */
    boolean close(String reason, boolean resume, Duration limit) throws InterruptedException {
        // Behind a start that still waits. An operator's stop that comes later takes it back.
        queue.put(new Item(() -> {
            boolean wanted = isWanted(machine.state());
            handle(new Command.Stop(reason, false));
            closing = true;
            if (resume && wanted) {
                context.rememberOrWarn(context.memory().withResume(true));
            }
        }));
        queue.put(new Item(() -> running = false));
        thread.join(limit);
        return !thread.isAlive();
    }

    /** Whether the tunnel is up, or is to be so as soon as it can. */
    private static boolean isWanted(State state) {
        return switch (state) {
            case ConnectingState _, ConnectedState _ -> true;
            case DisconnectedState disconnected -> disconnected.wanted();
            case ErrorState error -> error.wanted();
            case DisconnectingState disconnecting -> disconnecting.startAfter() || isWanted(disconnecting.end());
        };
    }

    private Optional<Failure> handle(Command command) {
        if (closing && (command instanceof Command.Start || command instanceof Command.AutoStart)) {
            return Optional.empty();
        }
        try {
            return machine.handle(command);
        } catch (RuntimeException | Error e) {
            // Whatever breaks in another room must not end the one thread that can undo things.
            LOG.error("the command {} broke in state {}", command, status.state(), e);
            return Optional.empty();
        } finally {
            publish();
        }
    }

    private void publish() {
        status = machine.status();
        memory = context.memory();
    }

    private void later(Duration delay, Command command) {
        delayed.add(new Delayed(System.nanoTime() + delay.toNanos(), command));
    }

    /** From an event loop, or from a room that is being called: never blocks. */
    void report(Command command) {
        if (!queue.offer(new Item(() -> handle(command)))) {
            LOG.error("the coordinator's queue is full, lost: {}", command);
        }
    }

    private void run() {
        try {
            while (running || !machine.settled()) {
                Item item = machine.settled() ? take() : queue.poll();
                if (item != null) {
                    item.action().run();
                } else {
                    handle(machine.settled() ? delayed.remove().command() : new Command.Proceed());
                }
                if (machine.settled()) {
                    waiting.forEach(w -> w.complete(new Outcome(status, Optional.empty())));
                    waiting.clear();
                }
            }
        } catch (InterruptedException e) {
            LOG.error("the coordinator was interrupted and ends; the tunnel stays as it is: {}", status);
        } finally {
            over = true;
            waiting.forEach(w -> w.cancel(false));
            drain();
        }
    }

    /** The next item, or null when a delayed command is due. */
    private Item take() throws InterruptedException {
        Delayed first = delayed.peek();
        if (first == null) {
            return queue.take();
        }
        return queue.poll(first.due() - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
}
