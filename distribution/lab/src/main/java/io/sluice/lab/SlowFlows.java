package io.sluice.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/** Flows that crawl, beside which the others go on as before. */
final class SlowFlows {

    private static final int COUNT = 20;

    /** The catalogue's, F08: what the others have to keep. */
    private static final double KEPT = 0.95;

    /** A quarter of what the streams are sent at 2 MB/s: of less nothing could be told. */
    private static final double LEAST = 500_000;

    private static final int SECOND = 1_000;

    /** Seconds of which the middle one counts: streams end and begin anew in some, and others carry what had been waiting. */
    private static final int MEASURED = 3;

    /** A full machine takes some of it now and then; slow flows would take it always. */
    private static final int LOOKS = 4;

    private SlowFlows() {}

    static void beside(World w) throws IOException {
        // After the round before they may all have to begin anew.
        Waiting.until("the checked streams", () -> rate(w) >= LEAST);
        double before = median(w);
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < COUNT; i++) {
                slow.add(Lab.onThread(w.lab.lan, () -> crawling(slow.size() % 2 == 0)));
            }
            double during = 0;
            for (int look = 0; look < LOOKS && during < KEPT * before; look++) {
                during = Math.max(during, median(w));
            }
            if (during < KEPT * before) {
                throw new IllegalStateException("beside " + COUNT + " slow flows the others have " + (long) during
                        + " octets a second, " + (long) before + " before");
            }
        } finally {
            for (Socket one : slow) {
                one.close();
            }
        }
    }

    /** From a server that sends an octet a second, or into a window that is full. */
    private static Socket crawling(boolean server) throws IOException {
        Socket one = new Socket();
        one.setReceiveBufferSize(1);
        one.connect(new InetSocketAddress(Places.WEB4, server ? Places.SLOW_PORT : Places.PATTERN_PORT), 5 * SECOND);
        if (!server) {
            one.getOutputStream().write(SeededOctets.seed(1));
        }
        return one;
    }

    private static double median(World w) {
        return DoubleStream.generate(() -> rate(w))
                .limit(MEASURED)
                .sorted()
                .skip(MEASURED / 2)
                .findFirst()
                .orElseThrow();
    }

    private static double rate(World w) {
        long begun = System.nanoTime();
        long octets = w.streams().octets();
        Waiting.pause(SECOND);
        return (w.streams().octets() - octets) * 1e9 / (System.nanoTime() - begun);
    }
}
