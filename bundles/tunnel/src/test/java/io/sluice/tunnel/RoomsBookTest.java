package io.sluice.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.outbound.Outbound;
import io.sluice.api.outbound.Reach;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RoomsBookTest {

    private final RoomsBook rooms = new RoomsBook();
    private final List<Integer> told = new CopyOnWriteArrayList<>();

    private static Outbound outbound() {
        return (Outbound) Proxy.newProxyInstance(
                RoomsBookTest.class.getClassLoader(), new Class<?>[] {Outbound.class}, (self, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("reach");
                    return Reach.ANYWHERE;
                });
    }

    private void come(Outbound outbound, CountDownLatch begun, CountDownLatch gate) {
        try {
            rooms.told(() -> rooms.outbound(outbound), now -> {
                begun.countDown();
                gate.await();
                return told.add(now.reaches().size());
            });
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Outbounds come on several threads; the kill switch would stay closed for the one that an older word leaves out. */
    @Test
    void changesOfTwoThreads_areToldInTheirOrder() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Thread first = Thread.ofPlatform().start(() -> come(outbound(), begun, gate));
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        Thread second = Thread.ofPlatform().start(() -> come(outbound(), new CountDownLatch(1), new CountDownLatch(0)));
        while (second.isAlive() && second.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
        }
        gate.countDown();
        first.join();
        second.join();
        assertThat(told).containsExactly(1, 2);
    }
}
