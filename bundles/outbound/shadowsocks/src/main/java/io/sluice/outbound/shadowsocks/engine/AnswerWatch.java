package io.sluice.outbound.shadowsocks.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a server that takes streams and answers none of them. A wrong method, key or clock looks like that: to who cannot decrypt, the server
 * is silent, so that strangers learn nothing. One stream may well have had nothing to say; many in a row have not. Any thread.
 */
final class AnswerWatch {

    /** Ours: a browser opens about as many at a time. */
    static final int SUSPICIOUS = 8;

    private static final Logger LOG = LoggerFactory.getLogger(AnswerWatch.class);

    private final String server;
    private final LongAdder answered = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private final AtomicInteger row = new AtomicInteger();
    private final AtomicBoolean told = new AtomicBoolean();

    AnswerWatch(String server) {
        this.server = server;
    }

    /** One stream; on its loop. */
    final class Stream {

        private boolean heard;

        /** The first genuine octets came. */
        void answered() {
            heard = true;
            answered.increment();
            row.set(0);
            if (told.compareAndSet(true, false)) {
                LOG.info("{} answers again", server);
            }
        }

        void closed() {
            if (!heard) {
                unanswered.increment();
                if (row.incrementAndGet() >= SUSPICIOUS && told.compareAndSet(false, true)) {
                    LOG.warn(
                            "{} has answered none of the last {} streams: check method and password, and for 2022 the clocks of both hosts",
                            server,
                            SUSPICIOUS);
                }
            }
        }
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
