package io.sluice.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.tunnel.TunnelListener;
import io.sluice.api.tunnel.TunnelState;
import io.sluice.api.tunnel.TunnelStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Order, and what a slow or broken listener does to the others: nothing. */
class ListenersTest {

    private final Listeners listeners = new Listeners();

    private static TunnelStatus status(String reason) {
        return new TunnelStatus(
                TunnelState.CONNECTING,
                reason,
                java.time.Instant.EPOCH,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Notes reasons, and opens the latch at the one awaited. */
    private record Noting(List<String> seen, String last, CountDownLatch over) implements TunnelListener {

        Noting(String last) {
            this(new CopyOnWriteArrayList<>(), last, new CountDownLatch(1));
        }

        @Override
        public void stateChanged(TunnelStatus status) {
            seen.add(status.reason());
            if (status.reason().equals(last)) {
                over.countDown();
            }
        }

        void await() throws InterruptedException {
            assertThat(over.await(30, TimeUnit.SECONDS)).as("saw %s", seen).isTrue();
        }
    }

    @Test
    void events_comeInOrderAfterThePresentState() throws InterruptedException {
        Noting noting = new Noting("49");
        listeners.add(noting, status("present"));

        IntStream.range(0, 50).forEach(i -> listeners.stateChanged(status(Integer.toString(i))));

        noting.await();
        assertThat(noting.seen()).startsWith("present", "0", "1").hasSize(51);
        assertThat(noting.seen().subList(1, 51))
                .isEqualTo(IntStream.range(0, 50).mapToObj(Integer::toString).toList());
    }

    @Test
    void slowListener_losesItsOldestAndHoldsNobodyUp() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        Noting behind = new Noting("199");
        TunnelListener slow = status -> {
            entered.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            behind.stateChanged(status);
        };
        Noting quick = new Noting("present");
        listeners.add(slow, status("present"));
        assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();

        IntStream.range(0, 200).forEach(i -> listeners.stateChanged(status(Integer.toString(i))));
        listeners.add(quick, status("present"));
        quick.await();
        gate.countDown();

        behind.await();
        assertThat(behind.seen())
                .hasSize(1 + Listeners.MAILBOX)
                .startsWith("present", "136")
                .endsWith("199");
    }

    @Test
    void brokenListener_hearsOn() throws InterruptedException {
        Noting noting = new Noting("two");
        TunnelListener broken = status -> {
            noting.stateChanged(status);
            throw new IllegalStateException("broken");
        };
        listeners.add(broken, status("present"));
        listeners.stateChanged(status("one"));
        listeners.stateChanged(status("two"));

        noting.await();
        assertThat(noting.seen()).containsExactly("present", "one", "two");
    }
}
