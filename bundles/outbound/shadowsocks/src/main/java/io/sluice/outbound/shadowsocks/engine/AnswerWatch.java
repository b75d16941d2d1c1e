package io.sluice.outbound.shadowsocks.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a server that takes streams and answers none of them. A wrong method, key or clock looks like that: to who cannot decrypt, the server
 * is silent, so that strangers learn nothing. One stream may well have had nothing to say; many in a row have not. But so does a server that is well, for
 * destinations that refuse: a genuine answer proves method and key, and as long as one is fresh nothing is wrong with these. Any thread.
 */
final class AnswerWatch {

    /** Ours: a browser opens about as many at a time. */
    static final int SUSPICIOUS = 8;

    /** How long an answer speaks for the server; ours: keys are not changed, nor do clocks run away, from one minute to the next. */
    static final Duration FRESH = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(AnswerWatch.class);

    private final String server;
    private final LongAdder answered = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private final AtomicInteger row = new AtomicInteger();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile boolean everAnswered;
    private volatile long lastAnswer;

    AnswerWatch(String server) {
        this.server = server;
    }

    /** One stream; on its loop. */
    final class Stream {

        private boolean heard;

        /**
         * The first genuine octets came.
         *
         * @param now nanoseconds of any clock
         */
        void answered(long now) {
            heard = true;
            lastAnswer = now;
            everAnswered = true;
            answered.increment();
            row.set(0);
            if (told.compareAndSet(true, false)) {
                LOG.info("{} answers again", server);
            }
        }

        /** @param now nanoseconds of the same clock */
        void closed(long now) {
            if (!heard) {
                unanswered.increment();
                if (row.incrementAndGet() >= SUSPICIOUS && !isFresh(now) && told.compareAndSet(false, true)) {
                    LOG.warn(
                            "{} has answered none of the last {} streams: check method and password, and for 2022 the clocks of both hosts",
                            server,
                            SUSPICIOUS);
                }
            }
        }
    }

    private boolean isFresh(long now) {
        return everAnswered && now - lastAnswer < FRESH.toNanos();
    }

    /** The log says that the server answers none. */
    boolean isSuspect() {
        return told.get();
    }

    Stream opened() {
        return new Stream();
    }

    long answered() {
        return answered.sum();
    }

    long unanswered() {
        return unanswered.sum();
    }
}
