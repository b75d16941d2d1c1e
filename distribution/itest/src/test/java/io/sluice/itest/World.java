package io.sluice.itest;

import io.sluice.api.config.ConfigStore;
import io.sluice.api.tunnel.TunnelController;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What lies around the appliance: the server's namespace behind a veth pair, and the tunnel that the destination's route leads into.
 *
 * <pre>
 * test JVM = client and appliance: sluice0 172.19.0.1, wan0 198.18.0.1 ── eth0 198.18.0.2: server, 198.51.100.1 on lo
 * </pre>
 */
final class World {

    static final String SERVER = "198.51.100.1";

    /** Rules send these ports over these outbounds. */
    static final int DIRECT_PORT = 9001;

    static final int SOCKS_PORT = 9002;

    static final int VLESS_PORT = 9003;

    /** By VLESS over WebSocket. */
    static final int WEBSOCKET_PORT = 9004;

    /** By a group, over the first of these two that is up: WebSocket's. */
    static final int GROUP_PORT = 9005;

    static final int VLESS_SERVER = 1443;
    static final int WEBSOCKET_SERVER = 1444;

    private static final int PROXY_PORT = 1080;

    /** 20 + 20 of these are 80 MB/s, which two cores carry beside the server and the checking client. */
    private static final int BYTES_PER_SECOND = 2_000_000;

    static final String CONFIGURATION = """
            {
              "inbounds": [
                { "tag": "door", "protocol": "socks", "listen": "127.0.0.1", "port": 1081, "settings": { "udp": true } },
                { "tag": "web", "protocol": "http", "listen": "127.0.0.1", "port": 1082 },
                { "tag": "both", "protocol": "mixed", "listen": "127.0.0.1", "port": 1083 },
                { "tag": "redirected", "protocol": "dokodemo-door", "listen": "127.0.0.1", "port": 1084,
                  "settings": { "network": "tcp", "followRedirect": true } },
                { "tag": "shadowsocks-in", "protocol": "shadowsocks", "listen": "127.0.0.1", "port": 1087,
                  "settings": { "method": "aes-128-gcm", "password": "itest", "network": "tcp,udp" } },
                { "tag": "trojan-in", "protocol": "trojan", "listen": "127.0.0.1", "port": 1085, "settings": { "users": [ { "password": "itest" } ] } },
                { "tag": "vless-in", "protocol": "vless", "listen": "127.0.0.1", "port": 1086,
                  "settings": { "users": [ { "id": "itest" } ], "decryption": "none" } },
                { "tag": "vmess-in", "protocol": "vmess", "listen": "127.0.0.1", "port": 1088, "settings": { "users": [ { "id": "itest" } ] } }
              ],
              "outbounds": [
                { "tag": "direct", "protocol": "freedom" },
                { "tag": "proxy", "protocol": "socks", "settings": { "address": "198.18.0.2", "port": 1080 } },
                { "tag": "shadowsocks", "protocol": "shadowsocks",
                  "settings": { "address": "127.0.0.1", "port": 1087, "method": "aes-128-gcm", "password": "itest" } },
                { "tag": "trojan", "protocol": "trojan", "settings": { "address": "127.0.0.1", "port": 1085, "password": "itest" } },
                { "tag": "vless", "protocol": "vless", "settings": { "address": "198.18.0.2", "port": 1443, "id": "itest", "encryption": "none" } },
                { "tag": "vmess", "protocol": "vmess", "settings": { "address": "127.0.0.1", "port": 1088, "id": "itest" } },
                { "tag": "layered", "protocol": "http", "settings": { "address": "198.18.0.2", "port": 3128 },
                  "streamSettings": { "network": "ws", "security": "tls" } },
                { "tag": "vless-ws", "protocol": "vless", "settings": { "address": "198.18.0.2", "port": 1444, "id": "itest", "encryption": "none" },
                  "streamSettings": { "network": "ws" } },
                { "tag": "names", "protocol": "dns" },
                { "tag": "again", "protocol": "loopback", "settings": { "inboundTag": "door" } },
                { "tag": "nowhere", "protocol": "blackhole" }
              ],
              "routing": { "balancers": [ { "tag": "group", "selector": ["vless-ws", "vless"], "strategy": { "type": "failover" } } ],
              "rules": [
                { "network": "tcp", "port": "9005", "balancerTag": "group" },
                { "network": "tcp", "port": "9003", "outboundTag": "vless" },
                { "network": "tcp", "port": "9004", "outboundTag": "vless-ws" },
                { "network": "tcp", "port": "9001", "outboundTag": "direct" },
                { "network": "tcp", "port": "9002", "outboundTag": "proxy" },
                { "network": "udp", "port": "9999", "outboundTag": "nowhere" }
              ] },
              "tun": { "name": "sluice0", "mtu": 1500, "address": ["172.19.0.1/30"], "routes": { "include": ["198.51.100.0/24"] } },
              "flow": { "drainTimeoutMs": 2000 },
              "api": { "listen": "127.0.0.1", "port": 8080 }
            }
            """;

    static final Proxy DOOR = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress("127.0.0.1", 1081));

    private static boolean made;
    private static int number;

    private World() {}

    /** Makes it once in this JVM, with the tunnel connected. Everything goes with the JVM: the namespaces are its own. */
    static synchronized void around(Appliance appliance) throws Exception {
        Appliance.await("a configuration is active", () -> appliance.has(ConfigStore.class) && has(appliance));
        if (!made) {
            NetworkNamespace server = NetworkNamespace.create();
            run("ip", "link", "add", "wan0", "type", "veth", "peer", "name", "eth0", "netns", server.name());
            run("ip", "addr", "add", "198.18.0.1/24", "dev", "wan0");
            run("ip", "link", "set", "wan0", "up");
            server.exec("ip", "addr", "add", "198.18.0.2/24", "dev", "eth0");
            server.exec("ip", "addr", "add", SERVER + "/32", "dev", "lo");
            server.exec("ip", "link", "set", "eth0", "up");
            run("ip", "route", "add", "default", "via", "198.18.0.2");
            serve(server);
            made = true;
        }
        Appliance.await("everything the tunnel needs is there", () -> starts(appliance));
        Appliance.await("the tunnel is connected", appliance::connected);
    }

    private static boolean has(Appliance appliance) {
        try {
            return appliance.use(ConfigStore.class, ConfigStore::current).isPresent();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static boolean starts(Appliance appliance) {
        try {
            return appliance.connected() || appliance.use(TunnelController.class, TunnelController::start) != null;
        } catch (Exception e) {
            System.out.println("not yet: " + e.getMessage());
            return false;
        }
    }

    private static void serve(NetworkNamespace server) throws Exception {
        Path log = Files.createTempFile(Path.of(System.getProperty("sluice.itest.work")), "server", ".log");
        Process process = server.start(
                log,
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("sluice.itest.classes"),
                "io.sluice.itest.TrafficServer",
                Integer.toString(BYTES_PER_SECOND),
                Integer.toString(PROXY_PORT),
                Integer.toString(DIRECT_PORT),
                Integer.toString(SOCKS_PORT),
                Integer.toString(VLESS_PORT),
                Integer.toString(WEBSOCKET_PORT),
                Integer.toString(GROUP_PORT));
        Appliance.await("the server serves", () -> {
            try {
                return !process.isAlive() || Files.readString(log).contains("ready");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        if (!process.isAlive()) {
            throw new AssertionError("the server ended: " + Files.readString(log));
        }
    }

    static synchronized List<Download> downloads(int count, int port, Proxy via) {
        List<Download> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(new Download(new InetSocketAddress(SERVER, port), via, number++));
        }
        return all;
    }

    /** The routing tables and rules of the kernel, of both address families. */
    /**
     * The kernel's rules and routes, once no IPv6 address is tentative: the kernel adds an address's local route only when
     * duplicate address detection has ended (RFC 4862 section 5.4, about 1 s), and a picture taken before that would change by itself.
     */
    static String kernelRoutes() throws Exception {
        Appliance.await("no IPv6 address is tentative", () -> tentative().isBlank(), World::tentative);
        return run("ip", "-j", "rule")
                + run("ip", "-j", "-6", "rule")
                + run("ip", "-j", "route", "show", "table", "all")
                + run("ip", "-j", "-6", "route", "show", "table", "all");
    }

    /** The TUN device as the kernel numbers it: another one of the same name has another number. */
    static String link() throws Exception {
        return run("cat", "/sys/class/net/sluice0/ifindex");
    }

    /** How many sockets listen at the TUN device's address. */
    static long listeners() throws Exception {
        return run("ss", "-Htln")
                .lines()
                .filter(line -> line.contains("172.19.0.1"))
                .count();
    }

    private static String tentative() {
        try {
            return run("ip", "-6", "-o", "address", "show", "tentative");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + text);
        }
        return text;
    }
}
