package io.sluice.dialer.names;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Looks names up so that a dead name server costs little. One loop.
 *
 * <p>A question goes to the first resolver. Without an answer after {@link #BESIDE_MILLIS} the second is asked beside it, which begins with the next of the same
 * servers: whichever answers first counts, so one dead or slow server costs a second and not its time-out. The last good answer to every name is kept. When no server
 * has answered for {@link #STALE_MILLIS}, or all have failed, it is given instead (RFC 8767), and given at once for {@link #AGAIN_MILLIS}; a late answer is taken
 * for the next question. That there is no such name is an answer, and ends the old one.
 *
 * @param <T> what a name becomes
 */
public final class SteadyLookup<T> {

    /** Ours: a far server answers sooner, and with the second server's own answer it stays below two seconds. */
    static final long BESIDE_MILLIS = 1_000;

    /** RFC 8767 §5, client response timer. */
    static final long STALE_MILLIS = 1_800;

    /** RFC 8767 §5, failure recheck timer. */
    static final long AGAIN_MILLIS = 30_000;

    /** RFC 8767 §5, maximum stale timer: one to three days. */
    static final long MOST_STALE_MILLIS = TimeUnit.DAYS.toMillis(3);

    /** Ours: as many as the cache of fresh answers takes; the least recently asked goes. */
    static final int MOST_KEPT = 4_096;

    private final EventLoop loop;
    private final Function<String, Future<T>> first;
    private final Function<String, Future<T>> second;
    private final Predicate<Throwable> saysNo;
    private final Map<String, Kept<T>> kept = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept<T>> eldest) {
            return size() > MOST_KEPT;
        }
    };

    /** @param again until then nobody answers, in nanoseconds of the loop's clock; empty while somebody does */
    private record Kept<T>(T answer, long since, Optional<Long> again) {}

    /** @param saysNo whether a failure is a server's answer that there is no such name */
    public SteadyLookup(
            EventLoop loop,
            Function<String, Future<T>> first,
            Function<String, Future<T>> second,
            Predicate<Throwable> saysNo) {
        this.loop = loop;
        this.first = first;
        this.second = second;
        this.saysNo = saysNo;
    }

    /** On the loop, and completes on it; fails as the resolvers do. */
    public Future<T> resolve(String name) {
        Kept<T> old = kept.get(name);
        if (old != null && now() - old.since > TimeUnit.MILLISECONDS.toNanos(MOST_STALE_MILLIS)) {
            kept.remove(name);
            old = null;
        }
        if (old != null && old.again.filter(until -> now() - until < 0).isPresent()) {
            return loop.newSucceededFuture(old.answer);
        }
        return new Question(name, Optional.ofNullable(old)).ask();
    }

    private long now() {
        return loop.ticker().nanoTime();
    }

    /** One question under way. */
    private final class Question {

        private final String name;
        private final Optional<Kept<T>> old;
        private final Promise<T> result = loop.newPromise();
        private int pending;
        private Optional<Future<?>> beside = Optional.empty();
        private Optional<Future<?>> stale = Optional.empty();

        Question(String name, Optional<Kept<T>> old) {
            this.name = name;
            this.old = old;
        }

        Future<T> ask() {
            ask(first);
            if (!result.isDone()) {
                beside = Optional.of(loop.schedule(() -> ask(second), BESIDE_MILLIS, TimeUnit.MILLISECONDS));
                stale = old.map(o -> loop.schedule(() -> giveOld(o), STALE_MILLIS, TimeUnit.MILLISECONDS));
            }
            return result;
        }

        private void ask(Function<String, Future<T>> resolver) {
            pending++;
            resolver.apply(name).addListener((Future<T> done) -> answered(done));
        }

        private void answered(Future<T> answer) {
            pending--;
            if (answer.isSuccess()) {
                // Also when the question has been answered with an old one: the next will know.
                kept.put(name, new Kept<>(answer.getNow(), now(), Optional.empty()));
                settle();
                result.trySuccess(answer.getNow());
            } else if (saysNo.test(answer.cause())) {
                kept.remove(name);
                settle();
                result.tryFailure(answer.cause());
            } else if (pending == 0 && !result.isDone()) {
                if (old.isPresent()) {
                    giveOld(old.get());
                } else {
                    settle();
                    result.tryFailure(answer.cause());
                }
            }
        }

        private void giveOld(Kept<T> answer) {
            // Not over what another question has learned meanwhile.
            if (kept.get(name) == answer) {
                long again = now() + TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS);
                kept.put(name, new Kept<>(answer.answer, answer.since, Optional.of(again)));
            }
            settle();
            result.trySuccess(answer.answer);
        }

        private void settle() {
            beside.ifPresent(timer -> timer.cancel(false));
            stale.ifPresent(timer -> timer.cancel(false));
        }
    }
}
