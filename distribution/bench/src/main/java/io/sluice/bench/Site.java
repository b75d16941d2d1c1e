package io.sluice.bench;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code lan – app – px – srv}, joined by veth pairs, with addresses of RFC 2544's test networks. A gateway in {@code app} is given what goes to
 * {@link #TARGETS}, from {@code app} itself and from {@code lan}; what carries {@link #MARK} gets past it.
 */
final class Site implements AutoCloseable {

    static final String SERVER = "198.18.3.2";
    static final String TARGETS = "198.18.3.0/24";
    /** The other half of the test networks: nobody has these, and what goes to them ends unseen in {@code lan}. */
    static final String FORGED = "198.19.0.0/16";

    static final String PROXY = "198.18.2.2";
    static final int PROXY_PORT = 1080;
    static final String DEVICE = "tun0";
    static final String DEVICE_ADDRESS = "198.18.4.1";
    static final String MARK = "0x5354";

    /** Namespaces behind the gateway get {@code 198.18.(64 + n).2}. */
    private static final int BEHIND = 64;

    final NetworkNamespace lan = NetworkNamespace.create();
    final NetworkNamespace app = NetworkNamespace.create();
    final NetworkNamespace px = NetworkNamespace.create();
    final NetworkNamespace srv = NetworkNamespace.create();

    Site() {
        for (NetworkNamespace namespace : List.of(lan, app, px, srv)) {
            tune(namespace);
        }
        lan.link("up0", "198.18.1.2/24", app, "lan0", "198.18.1.1/24");
        app.link("px0", "198.18.2.1/24", px, "app0", PROXY + "/24");
        px.link("srv0", "198.18.3.1/24", srv, "px0", SERVER + "/24");
        route(lan, "default", "198.18.1.1");
        route(app, "default", PROXY);
        route(app, FORGED, "198.18.1.2");
        lan.exec("ip", "route", "add", "blackhole", FORGED);
        route(px, "198.18.0.0/16", "198.18.2.1");
        route(srv, "default", "198.18.3.1");
        app.exec("ip", "rule", "add", "fwmark", MARK, "lookup", "100");
        app.exec("ip", "route", "add", "default", "via", PROXY, "table", "100");
        // One frame is one segment, so that a drop hits one.
        unoffloaded(lan, "up0");
        unoffloaded(app, "lan0");
    }

    /** What the kernel's sockets use unless told otherwise. */
    static String defaultCongestionControl() {
        try {
            return Files.readString(Path.of("/proc/sys/net/ipv4/tcp_congestion_control"))
                    .strip();
        } catch (IOException e) {
            throw new IllegalStateException("net.ipv4.tcp_congestion_control", e);
        }
    }

    /** Ports for 64 connections at a time without waiting for TIME-WAIT, and windows of 4 MiB and more. */
    static void tune(NetworkNamespace namespace) {
        namespace.exec(
                "sysctl",
                "-qw",
                "net.ipv6.conf.all.disable_ipv6=1",
                "net.ipv4.conf.all.rp_filter=0",
                "net.ipv4.conf.default.rp_filter=0",
                "net.ipv4.ip_forward=1",
                "net.ipv4.ip_local_port_range=10000 65535",
                "net.ipv4.tcp_tw_reuse=1",
                "net.core.somaxconn=16384",
                "net.ipv4.tcp_max_syn_backlog=16384",
                "net.ipv4.tcp_rmem=4096 131072 8388608",
                "net.ipv4.tcp_wmem=4096 65536 8388608");
    }

    static void route(NetworkNamespace namespace, String destination, String via) {
        namespace.exec("ip", "route", "replace", destination, "via", via);
    }

    private static void unoffloaded(NetworkNamespace namespace, String device) {
        namespace.exec("ethtool", "-K", device, "tso", "off", "gso", "off", "gro", "off", "tx-udp-segmentation", "off");
    }

    /** The gateway's side of the path to the n-th namespace behind it. */
    static String gatewayOf(int number) {
        return "198.18." + (BEHIND + number) + ".1";
    }

    static String clientOf(int number) {
        return "198.18." + (BEHIND + number) + ".2";
    }

    /** Lets one in so many hundredths of what passes between lan and app be lost, in both directions. */
    void losing(int percent) {
        dropping(app, "lan0", percent);
        dropping(lan, "up0", percent);
    }

    private static void dropping(NetworkNamespace namespace, String device, int percent) {
        namespace.exec("sh", "-c", "nft delete table ip bad 2>/dev/null || true");
        if (percent > 0) {
            // nft refuses a comparison that is always true
            String chance = percent < 100 ? "numgen random mod 100 < " + percent : "";
            namespace.exec("nft", """
                    table ip bad {
                      chain in {
                        type filter hook prerouting priority -300;
                        iifname "%s" %s drop
                      }
                    }""".formatted(device, chance));
        }
    }

    /** Sends what goes to the targets into the gateway's device, once that is there. */
    void intoDevice(String device, Process gateway, Path log) {
        Await.until("device " + device, gateway, log, () -> app.call(() -> SystemFiles.isInterface(device)));
        app.exec("ip", "addr", "replace", DEVICE_ADDRESS + "/24", "dev", device);
        app.exec("ip", "link", "set", device, "txqueuelen", "1000", "up");
        app.exec("ip", "route", "replace", TARGETS, "dev", device);
    }

    /** What a gateway leaves behind that its own end does not take away. */
    void clear(String device) {
        app.exec("sh", "-c", "ip route del " + TARGETS + " dev " + device + " 2>/dev/null || true");
        app.exec("sh", "-c", "ip link del " + device + " 2>/dev/null || true");
        app.exec("sh", "-c", "nft delete table ip redirected 2>/dev/null || true");
    }

    @Override
    public void close() {
        for (NetworkNamespace namespace : List.of(lan, app, px, srv)) {
            namespace.close();
        }
    }
}
