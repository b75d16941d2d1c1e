package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * P06, whole: a client of another host asks the box's proxies for the box's own console, which listens on the loopback. By SOCKS and HTTP with a
 * password, and through Shadowsocks by an appliance of its own.
 */
@NeedsNamespaces
@Timeout(300)
class P06_ManagementTest {

    private static final String PASSWORD = "Pass-06-word";
    private static final int CONSOLE = 9080;
    private static final String BOX = "198.18.0.1";
    private static final String SECOND = "198.18.0.9";
    /** Of the box by local routes alone (AnyIP). */
    private static final List<String> ROUTED = List.of("198.51.100.7", "[2001:db8:7::7]");

    private static final int OTHER = 7_070;
    /** The far server is in TEST-NET-3, where a key alone leads to nobody. */
    private static final String FAR = "{ \"action\": \"allow\", \"ip\": [\"" + Site.SERVER + "\"] }";

    private static final Pattern REQUESTS = Pattern.compile("\"(\\w+)\": ?(\\d+)");

    /** As a client may write it; curl sends the names as they are and makes an address of the numbers. */
    private static final List<String> HOSTS = List.of(
            "127.0.0.1",
            "127.0.0.2",
            "127.255.255.254",
            "0.0.0.0",
            "0",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "017700000001",
            "0177.0.0.01",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:0.0.0.0]",
            "[0:0:0:0:0:ffff:7f00:1]",
            "localhost",
            "localhost.",
            "LocalHost");

    private HttpServer listener;

    @AfterEach
    void close() {
        if (listener != null) {
            listener.stop(0);
        }
    }

    private static void greet(HttpExchange exchange) throws IOException {
        byte[] greeting = Site.GREETING.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, greeting.length);
        exchange.getResponseBody().write(greeting);
        exchange.close();
    }

    @Test
    void isNotReachedFromAnotherHost(@TempDir Path folder) throws Exception {
        try (Site site = new Site();
                BlackBox box =
                        new BlackBox(site.box(), Files.createDirectory(folder.resolve("box"))).configured(server(FAR));
                BlackBox client = new BlackBox(site.server(), Files.createDirectory(folder.resolve("client")))
                        .configured(client())) {
            // A second address of the network has the first for its source.
            site.box().exec("ip", "addr", "add", SECOND + "/24", "dev", "up0");
            site.box().exec("ip", "route", "add", "local", "198.51.100.0/24", "dev", "lo");
            site.box().exec("ip", "route", "add", "local", "2001:db8:7::/48", "dev", "lo");
            // Where others have rules our sockets are bound to no interface, and the kernel delivers here.
            for (String family : List.of("-4", "-6")) {
                site.box().exec("ip", family, "rule", "add", "fwmark", "0x77", "lookup", "main", "priority", "500");
            }
            listener = site.box().call(() -> HttpServer.create(new InetSocketAddress("0.0.0.0", OTHER), 16));
            listener.createContext("/", P06_ManagementTest::greet);
            listener.start();
            box.started();
            client.started();
            assertThat(client.curl("http://" + SECOND + ":" + OTHER + "/").out())
                    .isEqualTo(Site.GREETING);
            for (String address : ROUTED) {
                assertThat(box.curl("--globoff", "http://" + address + ":" + OTHER + "/")
                                .out())
                        .as("%s is the box's", address)
                        .isEqualTo(Site.GREETING);
            }
            String token = Files.readString(box.data().resolve("api-token")).strip();
            List<String[]> ways = List.of(
                    new String[] {"--proxy", "socks5h://user:" + PASSWORD + "@" + BOX + ":1080"},
                    new String[] {"--proxy", "http://user:" + PASSWORD + "@" + BOX + ":8080"},
                    new String[] {"--proxytunnel", "--proxy", "http://user:" + PASSWORD + "@" + BOX + ":8080"},
                    new String[] {"--proxy", "socks5h://127.0.0.1:2080"});
            for (String[] way : ways) {
                assertThat(asked(client, way, Site.SERVER, 80).out())
                        .as("%s carries what it may", way[way.length - 1])
                        .isEqualTo(Site.GREETING);
            }

            long before = requests(box, token);
            List<String> reached = new ArrayList<>();
            for (String[] way : ways) {
                for (String host : HOSTS) {
                    Answer answer = asked(client, way, host, CONSOLE);
                    if (answer.exit() == 0) {
                        reached.add(way[way.length - 1] + " " + host + ": " + answer.all());
                    }
                }
            }
            assertThat(reached).isEmpty();
            for (String[] way : ways) {
                for (String address : List.of(BOX, SECOND, "127.0.0.1", ROUTED.getFirst(), ROUTED.getLast())) {
                    assertThat(asked(client, way, address, OTHER).out())
                            .as("%s %s", way[way.length - 1], address)
                            .isNotEqualTo(Site.GREETING);
                }
            }
            assertThat(requests(box, token) - before)
                    .as("what the console was asked, but for our own question")
                    .isEqualTo(1);
            assertThat(box.ok("flow", "list", "--recent"))
                    .contains(
                            "reaches no address of this host or of its links alone, so not 127.0.0.1 port " + CONSOLE);

            for (String proxy : List.of(
                    "socks5h://user:" + PASSWORD + "@127.0.0.1:1080", "http://user:" + PASSWORD + "@127.0.0.1:8080")) {
                assertThat(box.curl("--location", "--proxy", proxy, "http://127.0.0.1:" + CONSOLE + "/")
                                .out())
                        .as("by %s from the box itself", proxy)
                        .contains("<title>");
            }
            box.apply(server(FAR + ", { \"action\": \"allow\", \"port\": \"" + CONSOLE + "\" }"));
            for (String[] way : ways) {
                assertThat(asked(client, way, "127.0.0.1", CONSOLE).out())
                        .as("by %s where the rules allow it", way[way.length - 1])
                        .contains("<title>");
            }
        }
    }

    /** A refusal of the proxy is a failure. */
    private static Answer asked(BlackBox client, String[] way, String host, int port) {
        List<String> words = new ArrayList<>(List.of(way));
        words.addAll(List.of("--fail", "--location", "--globoff", "--noproxy", "", "--max-time", "10"));
        words.add("http://" + host + ":" + port + "/");
        return client.curl(words.toArray(String[]::new));
    }

    private static long requests(BlackBox box, String token) {
        String counted = box.curl(
                        "--header",
                        "Authorization: Bearer " + token,
                        "http://127.0.0.1:" + CONSOLE + "/api/v1/requests")
                .out();
        Matcher numbers = REQUESTS.matcher(counted);
        long sum = 0;
        while (numbers.find()) {
            sum += Long.parseLong(numbers.group(2));
        }
        assertThat(sum).as(counted).isPositive();
        return sum;
    }

    private static String server(String rules) {
        return """
                { "inbounds": [
                    { "tag": "socks", "protocol": "socks", "listen": "0.0.0.0", "port": 1080,
                      "settings": { "auth": "password", "accounts": [{ "user": "user", "pass": "%1$s" }] } },
                    { "tag": "http", "protocol": "http", "listen": "0.0.0.0", "port": 8080,
                      "settings": { "accounts": [{ "user": "user", "pass": "%1$s" }] } },
                    { "tag": "keyed", "protocol": "shadowsocks", "listen": "0.0.0.0", "port": 8388,
                      "settings": { "method": "aes-128-gcm", "password": "%1$s", "network": "tcp,udp" } } ],
                  "outbounds": [ { "tag": "out", "protocol": "freedom", "settings": { "finalRules": [%2$s] } } ],
                  "api": { "listen": "127.0.0.1", "port": %3$d } }
                """.formatted(PASSWORD, rules, CONSOLE);
    }

    private static String client() {
        return """
                { "inbounds": [ { "tag": "in", "protocol": "socks", "listen": "127.0.0.1", "port": 2080 } ],
                  "outbounds": [ { "tag": "out", "protocol": "shadowsocks",
                    "settings": { "address": "%s", "port": 8388, "method": "aes-128-gcm", "password": "%s" } } ],
                  "api": { "listen": "127.0.0.1", "port": 9081 } }
                """.formatted(BOX, PASSWORD);
    }
}
