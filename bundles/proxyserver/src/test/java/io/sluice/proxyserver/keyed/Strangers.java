package io.sluice.proxyserver.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What every keyed inbound does to who has no key. */
public final class Strangers {

    /** Frolov et al., NDSS 2020: probes of these lengths told proxies apart by what they did to them. */
    private static final int LONGEST = 220;

    private Strangers() {}

    /** Probes of 1 to 220 octets, then FIN: nothing comes back, and the end is orderly, for every length. */
    public static void areMetWithSilenceUntilTheirFin(KeyedFixture inbound, long seed) throws IOException {
        Random random = new Random(seed);
        for (int length = 1; length <= LONGEST; length++) {
            byte[] probe = new byte[length];
            random.nextBytes(probe);
            // An RST would throw here.
            assertThat(inbound.exchange(probe)).as("to %d octets", length).isEmpty();
        }
        assertThat(inbound.flows.streams).isEmpty();
        assertThat(inbound.door.counters().internalErrors.sum()).isZero();
    }

    /** The same without FIN: all are closed at the limit, in the same way, none before. */
    public static void areMetWithSilenceUntilTheLimit(KeyedFixture inbound, long limitMillis, long seed)
            throws IOException {
        Random random = new Random(seed);
        List<Socket> sockets = new ArrayList<>();
        try {
            long begun = System.nanoTime();
            for (int length = 1; length <= LONGEST; length++) {
                Socket socket = inbound.connect();
                sockets.add(socket);
                byte[] probe = new byte[length];
                random.nextBytes(probe);
                socket.getOutputStream().write(probe);
            }
            for (Socket socket : sockets) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            assertThat((System.nanoTime() - begun) / 1_000_000).isGreaterThanOrEqualTo(limitMillis);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        assertThat(inbound.door.counters().handshakeTimeouts.sum()).isEqualTo(LONGEST);
    }
}
