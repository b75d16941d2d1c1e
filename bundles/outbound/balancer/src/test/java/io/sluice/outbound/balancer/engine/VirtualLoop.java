package io.sluice.outbound.balancer.engine;

import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/** A loop that runs on the test's own thread, by a clock that the test turns. */
final class VirtualLoop {

    private final MockTicker clock = Ticker.newMockTicker();
    final ManualIoEventLoop loop =
            new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory(), clock);

    /** Runs what is due now. */
    void run() {
        while (loop.runNow() > 0) {
            // until nothing is left
        }
    }

    /** In steps of ten. */
    void millis(int millis) {
        for (int passed = 0; passed < millis; passed += 10) {
            clock.advance(10, TimeUnit.MILLISECONDS);
            run();
        }
    }
}
