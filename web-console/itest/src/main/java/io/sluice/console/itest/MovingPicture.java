package io.sluice.console.itest;

import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.net.Network;
import io.sluice.api.policy.RuleSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Flows that come, move octets and go, as on an evening at home. */
final class MovingPicture {

    private static final String[] HOSTS = {
        "cdn.example.net", "video.example.com", "api.weather.example", "mail.example.org", "git.example.dev",
                "updates.example",
        "fonts.example.net", "chat.example.im", "2001:db8:40::17", "203.0.113.80", "dns.example", "maps.example.com",
        "<img src=x onerror=alert(1)>.example", "xn--bcher-kva.example"
    };

    private static final String[] TAGS = {"proxy", "proxy", "proxy", "direct", "direct", "backup"};

    private final PaperBox box;
    private final Random random = new Random(20261101);
    private final Map<String, long[]> sums = new HashMap<>();
    private long nextId = 4100;
    private long opened = 4099;

    private MovingPicture(PaperBox box) {
        this.box = box;
    }

    static void in(PaperBox box) {
        box.tunnel.connectedSince(Instant.now().minusSeconds(11_520));
        box.exit("proxy", "socks", "socks5 198.51.100.24:1080 as alice");
        box.exit("direct", "direct", "directly, by the egress interface");
        box.exit("backup", "socks", "socks5 [2001:db8::24]:1080");
        box.exit("nowhere", "block", "refuses everything");
        box.door("socks-in", "socks", 1080);
        box.door("mixed-in", "mixed", 7890);
        MovingPicture picture = new MovingPicture(box);
        picture.sums.put("proxy", new long[] {1_900_000_000L, 48_120_000_000L, 3391, 12});
        picture.sums.put("direct", new long[] {220_000_000L, 3_900_000_000L, 640, 3});
        picture.sums.put("backup", new long[] {2_000_000L, 61_000_000L, 68, 0});
        for (int i = 0; i < 26; i++) {
            picture.open();
        }
        for (int i = 0; i < 40; i++) {
            picture.move(0.2);
        }
        Thread.ofPlatform().daemon().name("moving-picture").start(picture::run);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(200);
                move(0.2);
                if (random.nextInt(8) == 0 && box.flows.live.size() < 60) {
                    open();
                }
                if (random.nextInt(12) == 0 && box.flows.live.size() > 20) {
                    box.flows.live.remove(random.nextInt(box.flows.live.size()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void open() {
        String host = HOSTS[random.nextInt(HOSTS.length)];
        Network network = host.startsWith("dns") || random.nextInt(7) == 0 ? Network.UDP : Network.TCP;
        int port = host.startsWith("dns") ? 53 : host.startsWith("git") ? 22 : 443;
        InetSocketAddress destination = Character.isDigit(host.charAt(0))
                ? new InetSocketAddress(InetAddress.ofLiteral(host), port)
                : InetSocketAddress.createUnresolved(host, port);
        String tag = TAGS[random.nextInt(TAGS.length)];
        opened++;
        sums.get(tag)[2]++;
        box.flows.live.add(new FlowSnapshot(
                nextId++,
                new FlowSource(
                        network,
                        random.nextInt(4) == 0 ? "socks-in" : "tun0",
                        new InetSocketAddress(
                                InetAddress.ofLiteral("192.168.7." + (20 + random.nextInt(6))),
                                40_000 + random.nextInt(20_000)),
                        destination,
                        Optional.empty()),
                FlowSnapshot.State.ACTIVE,
                Optional.of(tag),
                Optional.of(tag.equals("direct") ? "domain=domain:example.org -> direct" : "* -> proxy"),
                0,
                0,
                Instant.now().minusSeconds(random.nextInt(900)),
                Duration.ZERO,
                Optional.empty(),
                Optional.empty()));
    }

    private void move(double seconds) {
        List<FlowSnapshot> live = box.flows.live;
        double wave = 1.4 + 0.8 * Math.sin(System.nanoTime() / 9e9) + 0.4 * Math.sin(System.nanoTime() / 2.3e9);
        for (int i = 0; i < live.size(); i++) {
            FlowSnapshot flow = live.get(i);
            boolean heavy = flow.id() % 7 == 0;
            if (!heavy && random.nextInt(5) != 0) {
                continue;
            }
            long down = (long) (seconds * wave * (heavy ? 2_600_000 : 60_000) * (0.7 + random.nextDouble() * 0.6));
            long up = (long) (down * (heavy ? 0.03 : 0.4));
            long[] sum = sums.get(flow.outboundTag().orElseThrow());
            sum[0] += up;
            sum[1] += down;
            FlowSnapshot.State state = flow.id() % 13 == 0
                    ? FlowSnapshot.State.HALF_CLOSED
                    : flow.id() % 17 == 0 ? FlowSnapshot.State.CONNECTING : FlowSnapshot.State.ACTIVE;
            live.set(
                    i,
                    new FlowSnapshot(
                            flow.id(),
                            flow.source(),
                            state,
                            flow.outboundTag(),
                            flow.rule(),
                            flow.uplinkBytes() + up,
                            flow.downlinkBytes() + down,
                            flow.started(),
                            Duration.ZERO,
                            Optional.empty(),
                            Optional.empty()));
        }
        total(live);
    }

    private void total(List<FlowSnapshot> live) {
        Map<String, FlowTotals.OutboundTotals> outbounds = new HashMap<>();
        long up = 0;
        long down = 0;
        for (Map.Entry<String, long[]> entry : sums.entrySet()) {
            long[] sum = entry.getValue();
            up += sum[0];
            down += sum[1];
            int count = (int) live.stream()
                    .filter(flow -> flow.outboundTag().orElse("").equals(entry.getKey()))
                    .count();
            outbounds.put(entry.getKey(), new FlowTotals.OutboundTotals(count, sum[2], sum[3], sum[0], sum[1]));
        }
        box.flows.totals = new FlowTotals(live.size(), opened, up, down, Map.of(), outbounds);
        List<RuleSnapshot> rules = new ArrayList<>();
        rules.add(new RuleSnapshot(
                0, "no trackers", "domain=keyword:tracker,domain:ads.example -> !reject", "!reject", 318));
        rules.add(new RuleSnapshot(1, "local", "ip=10.0.0.0/8,192.168.0.0/16,fc00::/7 -> direct", "direct", 204));
        rules.add(new RuleSnapshot(2, "", "network=udp port=443 -> !reject", "!reject", 77));
        rules.add(new RuleSnapshot(
                3,
                "home country",
                "domain=domain:example.org,domain:example.dev -> direct",
                "direct",
                sums.get("direct")[2]));
        rules.add(new RuleSnapshot(4, "final", "* -> proxy", "proxy", sums.get("proxy")[2]));
        box.policy.rules = rules;
    }
}
