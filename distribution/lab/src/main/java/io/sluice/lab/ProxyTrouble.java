package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** L08 and L20: another proxy server, and a false address for its name. */
final class ProxyTrouble {

    /** The appliance lets flows of an outbound that is gone run for five seconds (io.sluice.flow, drainTimeoutMs). */
    private static final long DRAINED = 6_000;

    private static final Pattern PACKETS = Pattern.compile("counter (\\w+) \\{\\s*packets (\\d+)");

    /** The catalogue's, F06. */
    private static final Duration NOTICED = Duration.ofSeconds(15);

    /** The catalogue's, F03: the outbound that is used from now on. */
    private static final Duration SWITCHED = Duration.ofSeconds(5);

    /** Before that nobody asks whether a proxy is still there (io.sluice.api.loop, TcpOptions). */
    private static final int IDLE = 4_000;

    private ProxyTrouble() {}

    static List<Injection> all() {
        return List.of(
                Injection.of("L08", "another proxy server").within(5).breaking(ProxyTrouble::switched),
                Injection.of("L20", "ServerIP: a false answer for the proxy's name is the canary's address")
                        // No figure in the row; F03's.
                        .within(5)
                        .sending(ProxyTrouble::toTheForged)
                        .breaking(ProxyTrouble::forged)
                        .healing((w, dice) -> w.names.forge(Places.RELAY4))
                        .restoring((w, dice) -> w.apply(w.config().withRelay(Places.RELAY4))));
    }

    /** Nothing new goes to the server before; what was under way to it ends when its time is over. */
    private static void switched(World w, Random dice) {
        String old = w.config().relay();
        w.apply(w.config().withRelay(old.equals(Places.RELAY4) ? Places.OTHER_RELAY4 : Places.RELAY4));
        Duration took = w.recovery(Round.LEAST_PATIENCE)
                .orElseThrow(() -> new IllegalStateException("it does not carry by the other server"));
        w.figure("byTheOtherServerMillis", took, SWITCHED);
        look(w, old, dice.nextInt(100, 400), "begun", "a connection to the server before was begun after the switch");
        // One in three waits so long.
        if (dice.nextInt(3) == 0) {
            Waiting.pause(DRAINED);
            look(w, old, 300, "carried", "the server before still gets data " + DRAINED + " ms after the switch");
        }
    }

    /** Counts, on the provider's side, what goes to this address for so long; fails if there is any of that kind. */
    private static void look(World w, String to, long millis, String kind, String sentence) {
        NetworkNamespace wan = w.lab.wan;
        wan.exec("nft", """
            table netdev old {
              counter begun { }
              counter carried { }
              chain in {
                type filter hook ingress devices = { "isp0", "isp1" } priority -600; policy accept;
                ip daddr %1$s tcp flags & (syn | ack) == syn counter name begun
                ip daddr %1$s tcp flags & psh == psh counter name carried
                ip daddr %1$s meta l4proto udp counter name carried
              }
            }
            """.formatted(to));
        String counters;
        try {
            Waiting.pause(millis);
            counters = wan.exec("nft", "list table netdev old");
        } finally {
            wan.exec("nft", "delete table netdev old");
        }
        Map<String, Long> counted = new HashMap<>();
        Matcher matcher = PACKETS.matcher(counters);
        while (matcher.find()) {
            counted.put(matcher.group(1), Long.valueOf(matcher.group(2)));
        }
        if (!counted.keySet().equals(Set.of("begun", "carried"))) {
            throw new IllegalStateException("the filter's counters cannot be read: " + counters);
        }
        if (counted.get(kind) > 0) {
            throw new IllegalStateException(sentence + ": " + counted.get(kind) + " packets");
        }
    }

    /** A stream on which nobody speaks, to a server that is gone: its client is told. */
    static void goneForGood(World w, Runnable gone) throws IOException {
        try (Socket idle = Lab.connected(w.lab.lan, Places.WEB4, Places.GREETING_PORT)) {
            idle.setSoTimeout((int) Round.LEAST_PATIENCE.toMillis());
            // All of the way stands then.
            idle.getInputStream().read();
            long begun = System.nanoTime();
            gone.run();
            try {
                idle.getInputStream().read();
            } catch (SocketTimeoutException e) {
                throw new IllegalStateException(
                        "an idle stream to a proxy that is gone is still open after " + Round.LEAST_PATIENCE, e);
            } catch (SocketException e) {
                // Reset, as it is to be.
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                w.figure("goneNoticedMillis", took, NOTICED);
                if (took.toMillis() < IDLE) {
                    throw new IllegalStateException("an idle stream was reset before anybody could know: " + took, e);
                }
                return;
            }
            throw new IllegalStateException("an idle stream to a proxy that is gone ended in good order");
        }
    }

    private static void forged(World w, Random dice) {
        w.names.forge(Places.WEB4);
        long before = w.observer.forged();
        w.apply(w.config().withRelay(Places.RELAY_NAME));
        Waiting.until("the appliance at the false address", () -> w.observer.forged() > before);
        toTheForged(w, dice);
        Waiting.pause(dice.nextInt(0, 200));
    }

    /** Everybody but the appliance, to that address: also to the port that it may use there. */
    private static void toTheForged(World w, Random dice) {
        for (Sender from : Sender.all(w)) {
            for (int port : new int[] {Places.RELAY_PORT, Places.WEB_PORT, 443}) {
                int own = Places.STRANGERS_PORTS + dice.nextInt(4_000);
                from.tcp(w, own, Places.WEB4, port, LeakPackets.SYN, new byte[0]);
                from.tcp(w, own, Places.WEB4, port, LeakPackets.ACK | LeakPackets.PSH, Packets.mark(20));
                from.udp(w, Places.STRANGERS_PORTS + 20, Places.WEB4, port, Packets.mark(20));
            }
        }
    }
}
