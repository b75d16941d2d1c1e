package io.sluice.proxyserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.ScriptedFlows;
import io.sluice.proxyserver.http.HttpServerFixture.Client;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** P09 of the security cases: clients that never finish their head, as slowhttptest's, beside others. */
class SlowHeadsTest {

    private static final int SLOW = 1_000;

    /** Of a connection, its request and the answer. */
    private static final int SAMPLES = 200;

    /** The machine may do something else for a while; it will hardly do so every time. */
    private static final int TRIES = 3;

    private static final Duration MORE = Duration.ofMillis(50);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static long p99(HttpServerFixture proxy, List<Client> slow) throws IOException {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            for (int j = 0; j < slow.size() / SAMPLES; j++) {
                slow.get(i * (slow.size() / SAMPLES) + j).say("x");
            }
            long begun = System.nanoTime();
            try (Client client = proxy.connect()) {
                client.say("CONNECT a:1 HTTP/1.1\nHost: x\n\n").readUntil("\n\n");
            }
            times.add(System.nanoTime() - begun);
        }
        Collections.sort(times);
        return times.get(SAMPLES * 99 / 100);
    }

    @Test
    void p09_aThousandSlowHeads_doNotHoldUpOthers() throws Exception {
        NettyEventLoops loops = NettyEventLoops.open(1);
        List<Client> slow = new ArrayList<>();
        try (var proxy = new HttpServerFixture(loops, new ScriptedFlows(), LIMIT)) {
            long more = Long.MAX_VALUE;
            p99(proxy, slow); // until everything is loaded
            for (int i = 0; i < SLOW; i++) {
                Client client = proxy.connect();
                slow.add(client);
                client.say("GET http://a/ HTTP/1.1\nHost: ");
            }
            for (int i = 0; i < TRIES && more > MORE.toNanos(); i++) {
                long alone = p99(proxy, List.of());
                more = p99(proxy, slow) - alone;
                System.out.printf(
                        "P09: p99 of others %,d µs, and %,d µs more while %,d slow heads grow%n",
                        alone / 1_000, more / 1_000, SLOW);
            }
            assertThat(Duration.ofNanos(more)).isLessThanOrEqualTo(MORE);
            assertThat(proxy.count("handshakeTimeouts")).isZero();
        } finally {
            for (Client client : slow) {
                client.close();
            }
            loops.close(Duration.ofSeconds(10));
        }
    }
}
