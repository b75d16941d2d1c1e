package io.sluice.killswitch;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;

/** When to try again what the kernel has refused, with a delay that doubles. Under its owner's lock, but for the attempt, which takes that itself. */
final class Again implements AutoCloseable {

    /** As the coordinator's for a tunnel: what was only being exchanged is back by then. */
    static final Duration FIRST = Duration.ofMillis(500);

    /** A person who mends something should not have to wait longer to see it work. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    /** Runs something later. */
    interface Timer {

        void later(Duration delay, Runnable what);

        /** Nobody waits for the last one any more. It may run all the same, if its time has just come. */
        void cancel();

        /** One that waits on a thread of its own, which is in the network namespace of the one that asks for it. */
        static Timer system() {
            return new Timer() {
                private Optional<Thread> thread = Optional.empty();

                @Override
                public void later(Duration delay, Runnable what) {
                    thread = Optional.of(Thread.ofPlatform()
                            .name("killswitch-again")
                            .daemon()
                            .start(() -> {
                                try {
                                    Thread.sleep(delay);
                                } catch (InterruptedException e) {
                                    return; // cancelled
                                }
                                what.run();
                            }));
                }

                @Override
                public void cancel() {
                    thread.ifPresent(Thread::interrupt);
                }
            };
        }
    }

    private final Timer timer;
    private final LongConsumer attempt;
    private Duration next = FIRST;
    private boolean wanted;
    private boolean waits;
    /** Of the attempt that waits, so that one that was cancelled too late is known. */
    private long number;

    private boolean closed;

    /** @param attempt is given its number */
    Again(Timer timer, LongConsumer attempt) {
        this.timer = timer;
        this.attempt = attempt;
    }

    /** It was refused. */
    void later() {
        wanted = true;
        if (waits || closed) {
            return;
        }
        waits = true;
        long mine = ++number;
        timer.later(next, () -> attempt.accept(mine));
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    }

    /** It is as it is to be. Whatever is refused next does not wait out the delay of before. */
    void done() {
        wanted = false;
        next = FIRST;
        if (waits) {
            waits = false;
            timer.cancel();
        }
    }

    /** The time has come; returns whether it is still to be tried. */
    boolean due(long attempted) {
        if (!waits || attempted != number) {
            return false;
        }
        waits = false;
        return wanted && !closed;
    }

    @Override
    public void close() {
        closed = true;
        timer.cancel();
    }
}
