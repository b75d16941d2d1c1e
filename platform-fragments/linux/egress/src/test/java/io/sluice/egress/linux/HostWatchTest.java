package io.sluice.egress.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.egress.spi.EgressBackend;
import io.sluice.netlink.linux.NetlinkWatch;
import io.sluice.netlink.linux.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the network is read, over announcements that the test makes. */
@Timeout(60)
class HostWatchTest {

    private static final Duration AGAIN = Duration.ofMillis(200);

    private final Fake source = new Fake();
    private final Semaphore readings = new Semaphore(0);
    private volatile BooleanSupplier reading = () -> true;
    private HostWatch watch;

    /** What announces, as the test wants it. */
    private static final class Fake implements HostWatch.Source {

        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger listening = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        volatile NetlinkWatch.Listener listener;
        volatile boolean refuses;

        @Override
        public EgressBackend.Watch open(NetlinkWatch.Listener to) throws IOException {
            opened.incrementAndGet();
            if (refuses) {
                throw new IOException("too many open files");
            }
            listener = to;
            listening.incrementAndGet();
            return closed::incrementAndGet;
        }
    }

    private void open() throws IOException {
        watch = HostWatch.open(
                source,
                () -> {
                    try {
                        return reading.getAsBoolean();
                    } finally {
                        readings.release();
                    }
                },
                AGAIN);
    }

    private void announce() {
        source.listener.announced(Set.of(Topic.ROUTE));
    }

    private void read() throws InterruptedException {
        assertThat(readings.tryAcquire(30, TimeUnit.SECONDS)).as("it is read").isTrue();
    }

    private void notRead(Duration time) throws InterruptedException {
        assertThat(readings.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS))
                .as("it is read")
                .isFalse();
    }

    @AfterEach
    void close() {
        watch.close();
    }

    @Test
    void announced_isReadOnce() throws Exception {
        open();
        notRead(AGAIN.multipliedBy(2));
        announce();
        read();
        notRead(AGAIN.multipliedBy(2));
        assertThat(source.opened).hasValue(1);
    }

    @Test
    void lost_isOpenedAgainAndRead() throws Exception {
        open();
        source.listener.lost(new IOException("the test wants it so"));
        read();
        assertThat(source.opened).hasValue(2);
        notRead(AGAIN.multipliedBy(2));
        announce();
        read();
    }

    /** While nothing announces, it is looked for. */
    @Test
    void lost_cannotBeOpened_isReadAndTriedAgain() throws Exception {
        open();
        source.refuses = true;
        source.listener.lost(new IOException("the test wants it so"));
        read();
        read();
        read();
        source.refuses = false;
        while (source.listening.get() < 2) {
            read();
        }
    }

    /** One that is lost as soon as it is opened makes no endless loop. */
    @Test
    void lost_againAndAgain_isOpenedNowAndThen() throws Exception {
        open();
        long end = System.nanoTime() + AGAIN.multipliedBy(5).toNanos();
        while (System.nanoTime() < end) {
            source.listener.lost(new IOException("the test wants it so"));
            TimeUnit.MILLISECONDS.sleep(1);
        }
        assertThat(source.opened).hasValueBetween(3, 8);
    }

    @Test
    void reading_throwsAnError_nextChangeIsRead() throws Exception {
        open();
        reading = () -> {
            throw new StackOverflowError("the test wants it so");
        };
        announce();
        read();
        reading = () -> true;
        announce();
        read();
        assertThat(source.opened).hasValue(1);
    }

    @Test
    void reading_fails_isDoneAgainWithoutAChange() throws Exception {
        open();
        reading = () -> false;
        announce();
        read();
        read();
        reading = () -> true;
        read();
        readings.drainPermits();
        notRead(AGAIN.multipliedBy(3));
    }

    /** Half of the time at most. */
    @Test
    void storm_readingsRestAsLongAsTheyTook() throws Exception {
        long takes = 50;
        reading = () -> {
            try {
                TimeUnit.MILLISECONDS.sleep(takes);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return true;
        };
        open();
        long begin = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            announce();
            TimeUnit.MILLISECONDS.sleep(1);
        }
        long most = (System.nanoTime() - begin) / TimeUnit.MILLISECONDS.toNanos(2 * takes) + 1;
        assertThat((long) readings.availablePermits()).isBetween(2L, most);
    }

    @Test
    void close_nothingIsReadAnyMore() throws Exception {
        open();
        NetlinkWatch.Listener listener = source.listener;
        watch.close();
        assertThat(source.closed).hasValue(1);
        listener.announced(Set.of(Topic.ROUTE));
        listener.lost(new IOException("the test wants it so"));
        notRead(AGAIN.multipliedBy(2));
        assertThat(source.opened).hasValue(1);
    }
}
