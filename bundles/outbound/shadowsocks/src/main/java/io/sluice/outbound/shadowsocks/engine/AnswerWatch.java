package io.sluice.outbound.shadowsocks.engine;

import io.sluice.shadowsocks.TimeStamps;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a server that takes streams and answers none of them. A wrong method, key or clock looks like that: to who cannot decrypt, the server
 * is silent, so that strangers learn nothing. One stream may well have had nothing to say; many in a row have not. But so does a server that is well, for
 * destinations that refuse: a genuine answer proves method, key and clock, and as long as one is fresh nothing is wrong with these. Any thread.
 */
final class AnswerWatch {

    /** Ours: a browser opens about as many at a time. */
    static final int SUSPICIOUS = 8;

    /** How long an answer speaks for the server; ours: keys are not changed from one minute to the next. */
    static final Duration FRESH = Duration.ofMinutes(10);

    /** An answer from before this host's clock was set by more says nothing of now: a server of 2022 refuses what is further off (SIP022 §3.1.3). */
    static final Duration SKEW = Duration.ofSeconds(TimeStamps.TOLERANCE_SECONDS);

    private static final Logger LOG = LoggerFactory.getLogger(AnswerWatch.class);

    private final String server;
    private final LongAdder answered = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private final AtomicInteger row = new AtomicInteger();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile Moment lastAnswer;

    /**
     * A moment by two clocks.
     *
     * @param nanos of a clock that nobody sets
     * @param seconds of this host's time of day
     */
    record Moment(long nanos, long seconds) {

        private boolean isFreshAt(Moment now) {
            Duration passed = Duration.ofNanos(now.nanos - nanos);
            Duration set =
                    Duration.ofSeconds(now.seconds - seconds).minus(passed).abs();
            return passed.compareTo(FRESH) < 0 && set.compareTo(SKEW) <= 0;
        }
    }

    AnswerWatch(String server) {
        this.server = server;
    }

    /** One stream; on its loop. */
    final class Stream {

        private boolean heard;

        /** The first genuine octets came. */
        void answered(Moment now) {
            heard = true;
            lastAnswer = now;
            answered.increment();
            row.set(0);
            if (told.compareAndSet(true, false)) {
                LOG.info("{} answers again", server);
            }
        }

        void closed(Moment now) {
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

    private boolean isFresh(Moment now) {
        Moment answer = lastAnswer;
        return answer != null && answer.isFreshAt(now);
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
