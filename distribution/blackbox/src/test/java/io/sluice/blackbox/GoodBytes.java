package io.sluice.blackbox;

import static io.sluice.blackbox.HostileBytes.ascii;
import static io.sluice.blackbox.HostileBytes.hex;
import static io.sluice.blackbox.HostileBytes.joined;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** What good clients say to each listener of {@link HostileTest}, whole. */
final class GoodBytes {

    static final String USER = "demo";
    static final String PASS = "beyond";

    /** Of every SOCKS5 message: {@link Site#SERVER} port 80, as ATYP, ADDR and PORT. */
    private static final String SERVER = "01 cb007107 0050";

    private static final String GET = "GET / HTTP/1.1\nHost: " + Site.SERVER + "\nConnection: close\n\n";

    private GoodBytes() {}

    static byte[] socks() {
        return joined(hex("05 01 00 05 01 00" + SERVER), ascii(GET));
    }

    static byte[] socksWithPassword() {
        return joined(
                hex("05 02 00 02 01 04"), ascii(USER), hex("06"), ascii(PASS), hex("05 01 00" + SERVER), ascii(GET));
    }

    static byte[] http(boolean password) {
        String credentials = password
                ? "Proxy-Authorization: Basic "
                        + Base64.getEncoder().encodeToString((USER + ":" + PASS).getBytes(StandardCharsets.US_ASCII))
                        + "\n"
                : "";
        return ascii("GET http://" + Site.SERVER + "/ HTTP/1.1\nHost: " + Site.SERVER + "\n" + credentials
                + "Connection: close\n\n");
    }

    static byte[] rest(String path, String token) {
        return ascii("GET " + path + " HTTP/1.1\nHost: 127.0.0.1:9080\nAuthorization: Bearer " + token
                + "\nConnection: close\n\n");
    }

    static byte[] command(String form) {
        return ascii("POST /run HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\nContent-Length: "
                + form.length() + "\n\n" + form);
    }

    static byte[] datagram(byte[] payload) {
        return joined(hex("00 00 00 01 cb007107 0007"), payload);
    }

    /** Everything that means something to a SOCKS5 listener. */
    static List<byte[]> allSocks() {
        return List.of(
                socks(),
                socksWithPassword(),
                hex("05 01 00 05 03 00 01 00000000 0000"),
                hex("05 01 00 05 02 00" + SERVER),
                joined(hex("05 01 00 05 01 00 03 0b"), ascii("example.org"), hex("0050")),
                hex("05 01 00 05 01 00 04 20010db8000000000000000000000001 0050"),
                joined(hex("05 ff"), new byte[255]),
                hex("04 01 0050 cb007107 00"));
    }

    static List<byte[]> allHttp() {
        String target = Site.SERVER + ":80";
        return List.of(
                http(false),
                http(true),
                joined(ascii("CONNECT " + target + " HTTP/1.1\nHost: " + target + "\n\n"), ascii(GET)),
                ascii("POST http://" + Site.SERVER + "/ HTTP/1.1\nHost: " + Site.SERVER
                        + "\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n"),
                ascii("POST http://" + Site.SERVER + "/ HTTP/1.1\nHost: " + Site.SERVER
                        + "\nContent-Length: 5\nExpect: 100-continue\n\nhello"),
                ascii("GET http://[2001:db8::1]:80/ HTTP/1.1\nHost: [2001:db8::1]\nX: " + "y".repeat(9_000) + "\n\n"),
                ascii("PRI * HTTP/2.0\n\nSM\n\n"),
                hex("16030100c8010000c40303" + "ab".repeat(32)),
                joined(http(false), http(false), http(false)));
    }

    static List<byte[]> allRest(String token) {
        return List.of(
                rest("/api/v1/status", token),
                rest("/api/v1/flows?limit=10&outbound=out", token),
                rest("/api/v1/config/generations/1", token),
                rest("/ui/", token),
                ascii("POST /api/v1/config:check HTTP/1.1\nHost: 127.0.0.1:9080\nAuthorization: Bearer " + token
                        + "\nContent-Type: application/json\nContent-Length: 19\n\n{ \"outbounds\": [ ] }"),
                ascii("POST /api/v1/session HTTP/1.1\nHost: 127.0.0.1:9080\nTransfer-Encoding: chunked\n\n"
                        + "e\n{\"code\":\"none\"}\n0\n\n"),
                ascii("TRACE /ui HTTP/1.1\nHost: 127.0.0.1:9080\n\n"),
                ascii("GET /%2e%2e/api//v1/./status;x=y HTTP/1.1\nHost: 127.0.0.1:9080\nRange: bytes=0-\n\n"),
                ascii("GET /ui/ HTTP/1.1\nHost: 127.0.0.1:9080\nX: " + "y".repeat(9_000) + "\n\n"),
                ascii("PRI * HTTP/2.0\n\nSM\n\n"),
                hex("16030100c8010000c40303" + "ab".repeat(32)));
    }

    static List<byte[]> allEvents(String token) {
        return List.of(
                rest("/api/v1/events", token),
                rest("/api/v1/events", "wrong"),
                ascii("HEAD /api/v1/events HTTP/1.1\nHost: 127.0.0.1:9080\nAuthorization: Bearer " + token + "\n\n"),
                ascii("GET /api/v1/events HTTP/1.0\nAuthorization: Bearer " + token + "\n\n"));
    }

    /** Reading commands only: half of what is sent is understood. */
    static List<byte[]> allCommands() {
        return List.of(
                command("a=status"),
                command("a=flow&a=list&tty=1&columns=80"),
                command("a=conf&a=check&a=-&stdin=%7B+%22outbounds%22%3A+%5B+%5D+%7D"),
                command("a=inbound&a=list&a=--json"),
                ascii("GET / HTTP/1.1\nHost: localhost\n\n"));
    }

    static List<byte[]> allDatagrams() {
        return List.of(
                datagram("hello".getBytes(StandardCharsets.US_ASCII)),
                joined(hex("00 00 00 03 0b"), ascii("example.org"), hex("0007"), ascii("hello")),
                joined(hex("00 00 00 04 20010db8000000000000000000000001 0007"), ascii("hello")),
                joined(hex("00 00 01 01 cb007107 0007"), ascii("a fragment")),
                datagram(new byte[1_400]));
    }
}
