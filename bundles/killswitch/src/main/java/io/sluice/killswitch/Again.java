package io.sluice.killswitch;

import java.time.Duration;
import java.util.Optional;

/** When to try again what the kernel has refused, with a delay that doubles. Under its owner's lock, but for the attempt, which takes that itself. */
final class Again implements AutoCloseable {

    /** As the coordinator's for a tunnel: what was only being exchanged is back by then. */
    static final Duration FIRST = Duration.ofMillis(500);

    /** A person who mends something should not have to wait longer to see it work. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    /** Runs something later. */
    interface Timer {

        void later(Duration delay, Runnable what);

        /** What has not run yet never does. */
        void close();

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
                                    return; // closed
                                }
                                what.run();
                            }));
                }

                @Override
                public void close() {
                    thread.ifPresent(Thread::interrupt);
                }
            };
        }
    }

    private final Timer timer;
    private final Runnable attempt;
    private Duration next = FIRST;
    private boolean wanted;
    private boolean waits;
    private boolean closed;

    Again(Timer timer, Runnable attempt) {
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
        timer.later(next, attempt);
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    }

    /** It is as it is to be. */
    void done() {
        wanted = false;
        next = FIRST;
    }

    /** The time has come; returns whether it is still to be tried. */
    boolean due() {
        waits = false;
        return wanted && !closed;
    }

    @Override
    public void close() {
        closed = true;
        timer.close();
    }
}
