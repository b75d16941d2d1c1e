package io.sluice.dialer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressOptions;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.loop.TcpOptions;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.loop.NettyEventLoops;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers, refusals, time-outs and cancellations that meet: a dial has one end, and every socket and timer of it is gone afterwards. */
class TcpDial_RaceTest {

    private static final int ROUNDS = Integer.getInteger("sluice.dial.rounds", 2_000);

    private static final long LIMIT_SECONDS = 60;

    /** Far beyond the test: what still waits for it has been forgotten. */
    private static final Duration LONG = Duration.ofMinutes(30);

    private static final List<String> NAMES = List.of("a", "ra", "ha", "rha", "hra", "rrha", "r", "rr", "h", "rh", "x");

    private final ConcurrentLinkedQueue<Channel> sockets = new ConcurrentLinkedQueue<>();
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicInteger successes = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final Set<String> open = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

    @ParameterizedTest(name = "epoll={0}")
    @ValueSource(booleans = {true, false})
    void everyDial_endsOnce_andLeavesNothing(boolean epoll) throws Exception {
        long seed = Long.getLong("sluice.dial.seed", System.nanoTime());
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        NettyEventLoops loops = epoll ? NettyEventLoops.open(2) : NettyEventLoops.openNio(2);
        List<WeakReference<Future<ByteStream>>> all = new ArrayList<>();
        try (ManyAddresses hosts = new ManyAddresses();
                ExecutorService others = Executors.newFixedThreadPool(2)) {
            TcpConnector connector = new TcpConnector(loops, settings(), List.of(hosts.nameServer()), Noting::new);
            CountDownLatch ended = new CountDownLatch(ROUNDS);
            for (int i = 0; i < ROUNDS; i++) {
                all.add(new WeakReference<>(dial(connector, loops.next(), hosts.port(), random, others, ended)));
            }
            assertThat(ended.await(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .as("%d of %d have ended; not: %s", ends.get(), ROUNDS, open)
                    .isTrue();

            assertThat(wrong).isEmpty();
            assertThat(ends).hasValue(ROUNDS);
            assertThat(successes).hasPositiveValue();
            assertThat(failures).hasPositiveValue();
            assertThat(connector.counters().snapshot())
                    .containsEntry("streamsOpened", (long) successes.get())
                    .containsEntry("streamsFailed", (long) failures.get());
            await("every socket is closed", () -> sockets.stream().noneMatch(Channel::isOpen));
            await("nobody knows of a dial that is over", () -> isForgotten(all));
            connector.close();
        } finally {
            loops.close(Duration.ofSeconds(2));
        }
    }

    /** Ends it in one of several ways, perhaps in the moment in which it ends by itself. */
    private Future<ByteStream> dial(
            TcpConnector connector,
            EventLoop loop,
            int port,
            SplittableRandom random,
            ExecutorService others,
            CountDownLatch ended)
            throws Exception {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        boolean endsByItself = name.contains("a") || name.equals("x") || !name.contains("h");
        Duration limit = endsByItself && random.nextInt(3) == 0 ? LONG : Duration.ofNanos(random.nextLong(4_000_000));
        int cancel = random.nextInt(4);
        long after = random.nextLong(3_000_000);
        InetSocketAddress host = InetSocketAddress.createUnresolved(name + ".test", port);
        String what = all() + " " + name + " within " + limit + ", cancelled by " + cancel;
        open.add(what);
        Future<ByteStream> dialled = loop.submit(() -> {
                    Future<ByteStream> opening = connector.connect(host, DialRequest.of(1, loop, limit));
                    opening.addListener((Future<ByteStream> done) -> {
                        ended(done);
                        open.remove(what);
                        ended.countDown();
                    });
                    if (cancel == 0) {
                        loop.schedule(() -> opening.cancel(false), after, TimeUnit.NANOSECONDS);
                    }
                    return opening;
                })
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (cancel == 1) {
            others.execute(() -> {
                LockSupport.parkNanos(after);
                dialled.cancel(false);
            });
        }
        return dialled;
    }

    private int number;

    private int all() {
        return number++;
    }

    private void ended(Future<ByteStream> done) {
        ends.incrementAndGet();
        if (done.isSuccess()) {
            successes.incrementAndGet();
            if (!done.getNow().channel().isOpen()) {
                wrong.add("a stream was handed over that is closed");
            }
            done.getNow().reset();
        } else if (!done.isCancelled()) {
            failures.incrementAndGet();
            if (!(done.cause() instanceof ConnectException)) {
                wrong.add(done.cause().toString());
            }
        }
    }

    private static boolean isForgotten(List<WeakReference<Future<ByteStream>>> all) {
        System.gc();
        return all.stream().allMatch(one -> one.get() == null);
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("not within %d s: %s", LIMIT_SECONDS, what)
                    .isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** The next address after a millisecond, so that attempts lie beside each other. */
    private static SocketSettings settings() {
        return new SocketSettings(
                AddressPreference.IPV4_ONLY, 1, Duration.ofMillis(1), 4, false, EgressOptions.NONE, TcpOptions.NONE);
    }

    /** A person reads that the name was at fault, not the server. */
    @Test
    void silentNameServer_isBlamed() throws Exception {
        NettyEventLoops loops = NettyEventLoops.open(1);
        try (java.net.DatagramSocket silent = new java.net.DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            TcpConnector connector = new TcpConnector(
                    loops, settings(), List.of((InetSocketAddress) silent.getLocalSocketAddress()), Noting::new);
            EventLoop loop = loops.next();
            Future<ByteStream> dialled = loop.submit(() -> connector.connect(
                            InetSocketAddress.createUnresolved("server.test", 443),
                            DialRequest.of(1, loop, Duration.ofMillis(100))))
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(dialled.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(dialled.cause().getMessage())
                    .matches("the name server\\.test could not be resolved within [0-9]+ ms: no name server answered");
            connector.close();
        } finally {
            loops.close(Duration.ofSeconds(2));
        }
    }

    /** Lets everything pass, and keeps the sockets. */
    private final class Noting implements EgressBinder {

        @Override
        public void bind(Channel channel, InetAddress destination) {
            sockets.add(channel);
        }

        @Override
        public void own(Channel channel) {}

        @Override
        public boolean isOwn(InetSocketAddress source) {
            return false;
        }

        @Override
        public boolean isHostAddress(InetAddress address) {
            return address.isLoopbackAddress();
        }

        @Override
        public EgressStatus status() {
            return new EgressStatus(0, Optional.empty(), Optional.empty(), Optional.empty());
        }
    }
}
