package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two SOCKS5 servers, microsocks, behind a group with failover, and what becomes of the tunnel's flows when the first fails. */
@NeedsNamespaces
class FailoverTest {

    private static final int FIRST = 1081;
    private static final int SECOND = 1082;

    /** Recovery with a second outbound. */
    private static final Duration RECOVERY = Duration.ofSeconds(5);

    /** What a first server that is silent may cost, in all. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private static String configuration() {
        return """
                {
                  "tun": { "name": "sluice0", "mtu": 1500, "address": ["172.19.0.1/30"],
                           "routes": { "include": ["203.0.113.0/24"] } },
                  "inbounds": [],
                  "outbounds": [
                    { "tag": "proxy-a", "protocol": "socks", "settings": { "address": "%1$s", "port": %2$d } },
                    { "tag": "proxy-b", "protocol": "socks", "settings": { "address": "%1$s", "port": %3$d } } ],
                  "routing": {
                    "balancers": [ { "tag": "group", "selector": ["proxy-"], "strategy": { "type": "failover" } } ],
                    "rules": [ { "network": "tcp,udp", "balancerTag": "group" } ] },
                  "api": { "listen": "127.0.0.1", "port": 9080 }
                }
                """.formatted(Site.GATEWAY, FIRST, SECOND);
    }

    private static Process proxy(Site site, Path folder, int port) throws IOException {
        Process proxy = site.server()
                .start(folder.resolve("proxy-" + port), "microsocks", "-i", Site.GATEWAY, "-p", Integer.toString(port));
        Await.until(
                "the proxy at " + port, () -> site.server().exec("ss", "-lnt").contains(Site.GATEWAY + ":" + port));
        return proxy;
    }

    private static void killed(Process proxy) throws InterruptedException {
        proxy.destroyForcibly().waitFor();
    }

    /** How long a greeting takes that comes. */
    private static Duration greeted(BlackBox box) {
        long begun = System.nanoTime();
        Answer answer = box.curl("http://" + Site.SERVER + "/");
        assertThat(answer.out()).as(answer.all()).isEqualTo(Site.GREETING);
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static String shown(BlackBox box) {
        return box.ok("outbound", "show", "group");
    }

    private static String status(BlackBox box) {
        return box.ok("status");
    }

    @Test
    void firstIsKilledWhileTrafficFlows_thenComesBack(@TempDir Path folder) throws Exception {
        try (Site site = new Site();
                BlackBox box = new BlackBox(site.box(), folder)
                        .configured(configuration())
                        .started()) {
            Process first = proxy(site, folder, FIRST);
            Process second = proxy(site, folder, SECOND);
            box.ok("tunnel", "start");
            greeted(box);
            assertThat(shown(box)).contains("in use: proxy-a");
            Process stream = site.box()
                    .start(
                            folder.resolve("stream.out"),
                            "curl",
                            "-sS",
                            "--limit-rate",
                            "1M",
                            "-o",
                            "/dev/null",
                            "http://" + Site.SERVER + "/stream");
            Await.until("a live flow", () -> box.ok("flow", "list").contains("group"));

            killed(first);
            assertThat(greeted(box)).isLessThan(RECOVERY);
            assertThat(shown(box)).contains("proxy-a (down, CONNECT_REFUSED", "in use: proxy-b");
            Await.until("the end of the stream by the one that was killed", () -> !stream.isAlive());

            first = proxy(site, folder, FIRST);
            Await.until("flows by the first one again", () -> {
                greeted(box);
                return shown(box).contains("in use: proxy-a");
            });

            killed(first);
            killed(second);
            assertThat(box.curl("http://" + Site.SERVER + "/").exit())
                    .as("nothing goes directly")
                    .isNotZero();
            assertThat(box.ok("flow", "list", "--recent")).contains("CONNECT_REFUSED");
            Await.until("the word of it", () -> {
                box.curl("http://" + Site.SERVER + "/");
                String status = status(box);
                return status.contains("▲ DEGRADED  sluice0 takes traffic in, but no outbound gets through")
                        && status.contains("the outbound \"group\" has opened nothing since");
            });
            second = proxy(site, folder, SECOND);
            assertThat(greeted(box)).isLessThan(RECOVERY);
            assertThat(status(box)).contains("● CONNECTED").doesNotContain("has opened nothing");
            killed(second);
            box.ok("tunnel", "stop");
        }
    }

    @Test
    void firstAcceptsAndNeverAnswers_flowsGoByTheSecond(@TempDir Path folder) throws Exception {
        try (Site site = new Site();
                ServerSocket silent = site.server().call(() -> {
                    ServerSocket socket = new ServerSocket();
                    socket.bind(new InetSocketAddress(Site.GATEWAY, FIRST), 128);
                    return socket;
                });
                BlackBox box = new BlackBox(site.box(), folder)
                        .configured(configuration())
                        .started()) {
            // The kernel completes the handshakes; nobody ever takes the connections.
            assertThat(silent.isBound()).isTrue();
            Process second = proxy(site, folder, SECOND);
            box.ok("tunnel", "start");
            assertThat(greeted(box)).isLessThan(SILENCE);
            Await.until(
                    "the end of what the silent one was asked",
                    () -> shown(box).contains("proxy-a (down, CONNECT_TIMEOUT"));
            assertThat(shown(box)).contains("in use: proxy-b");
            killed(second);
            box.ok("tunnel", "stop");
        }
    }
}
