package io.sluice.lab;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** F05, F10, F11: the line has another address, or only one of the other family; the path loses packets, or those that are long. */
final class PathTrouble {

    private static final String OTHER_GW4 = "45.80.1.7";

    /** The catalogue's figures, F05 and F11. */
    private static final Duration OTHER_FAMILY = Duration.ofSeconds(5);

    private static final Duration PATH_FOUND = Duration.ofSeconds(10);

    /** Enough for many segments of any size. */
    private static final int SOME = 200_000;

    private PathTrouble() {}

    static List<Injection> all() {
        return List.of(
                Injection.of("F05", "the line has another address, or none but that of IPv6")
                        .within(5)
                        .breaking((w, dice) -> {
                            if (dice.nextInt(3) == 0) {
                                ipv6Only(w);
                            } else {
                                otherAddress(w);
                            }
                            Waiting.pause(dice.nextInt(100, 300));
                        })
                        .healing((w, dice) -> {
                            // A primary address takes those of its network with it.
                            for (String words :
                                    List.of("add " + Places.WAN_GW4, "del " + OTHER_GW4, "replace " + Places.WAN_GW4)) {
                                w.lab.gw.exec("sh", "-c", "ip addr " + words + "/24 dev wan0 2>/dev/null || true");
                            }
                            NetworkTrouble.gateway(w);
                        })
                        .restoring((w, dice) -> {
                            if (!w.config().relay().equals(Places.RELAY4)) {
                                w.apply(w.config().withRelay(Places.RELAY4));
                                w.names.tellIpv6(false);
                            }
                        }),
                Injection.of(
                                "F10",
                                "a third of all packets is lost on the line, or on the local network, which doubles some")
                        .within(5)
                        .breaking((w, dice) -> {
                            if (dice.nextBoolean()) {
                                filter(w, "numgen random mod 100 < 30 drop");
                            } else {
                                spoilLocalNetwork(w);
                            }
                            Waiting.pause(dice.nextInt(10) == 0 ? 5_000 : dice.nextInt(200, 800));
                        })
                        .healing((w, dice) -> {
                            unfilter(w);
                            w.lab.lan.exec("nft", "table netdev trouble { }; delete table netdev trouble");
                        }),
                Injection.of("F11", "the path's MTU shrinks and nobody says so")
                        .within(10)
                        .breaking((w, dice) -> {
                            w.lab.narrow(dice.nextBoolean() ? 1280 : 576);
                            find(w);
                        })
                        .healing((w, dice) -> w.lab.widen()));
    }

    static void otherAddress(World w) {
        NetworkTrouble.link(w, "up");
        w.lab.gw.exec(
                "sh",
                "-c",
                "ip addr add " + OTHER_GW4 + "/24 dev wan0; ip addr del " + Places.WAN_GW4
                        + "/24 dev wan0; ip addr replace " + OTHER_GW4 + "/24 dev wan0");
        NetworkTrouble.gateway(w);
    }

    /** The proxy has a name and addresses of both families, of which the line loses one. */
    private static void ipv6Only(World w) {
        w.names.tellIpv6(true);
        w.apply(w.config().withRelay(Places.RELAY_NAME));
        Waiting.until("the tunnel to a proxy with a name", w::carries);
        w.lab.gw.exec("ip", "addr", "del", Places.WAN_GW4 + "/24", "dev", "wan0");
        Duration took = w.recovery(Round.LEAST_PATIENCE)
                .orElseThrow(() -> new IllegalStateException("it does not carry by IPv6: " + w.story()));
        w.figure("byIpv6Millis", took, OTHER_FAMILY);
        if (w.lab.gw.exec("ip", "-4", "addr", "show", "dev", "wan0").contains("inet ")) {
            throw new IllegalStateException("the line has an IPv4 address all the same");
        }
    }

    /** At the client's end, of what comes and of what goes: this path ends in the appliance's own IP stack. */
    private static void spoilLocalNetwork(World w) {
        w.lab.lan.exec("nft", """
            table netdev trouble {
              chain in {
                type filter hook ingress device "up0" priority 100; policy accept;
                numgen random mod 100 < 30 drop
              }
              chain out {
                type filter hook egress device "up0" priority 100; policy accept;
                numgen random mod 100 < 30 drop
                numgen random mod 10 < 1 dup to "up0"
              }
            }
            """);
    }

    /** Both ends of the way to the proxy find out what fits through it: RFC 4821. */
    private static void find(World w) throws IOException {
        long begun = System.nanoTime();
        CompletableFuture<Void> up = CompletableFuture.runAsync(() -> upload(w));
        try (OneStream down = new OneStream(w)) {
            down.read(SOME);
            up.get(Round.LEAST_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new IllegalStateException("upwards: " + e.getMessage(), e);
        }
        w.figure("pathFoundMillis", Duration.ofNanos(System.nanoTime() - begun), PATH_FOUND);
    }

    /** The far host ends the stream when it has all of it. */
    private static void upload(World w) {
        try (Socket socket = Lab.connected(w.lab.lan, Places.WEB4, Places.DISCARD_PORT)) {
            socket.setSoTimeout((int) Round.LEAST_PATIENCE.toMillis());
            socket.getOutputStream().write(new byte[SOME]);
            socket.shutdownOutput();
            if (socket.getInputStream().read() >= 0) {
                throw new IllegalStateException("the far host answers");
            }
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** A rule of the provider's for what it forwards. */
    static void filter(World w, String rule) {
        w.lab.wan.exec(
                "nft",
                "table inet trouble { chain forward { type filter hook forward priority 0; policy accept; }; }; add"
                        + " rule inet trouble forward "
                        + rule);
    }

    static void unfilter(World w) {
        w.lab.wan.exec("nft", "table inet trouble { }; delete table inet trouble");
    }
}
