package io.sluice.blackbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real programs of a client behind the box, each way through it in turn: whatever carries the traffic, they must not see a difference. A way
 * that this appliance's configuration does not know is skipped with its words.
 */
@NeedsNamespaces
@ParameterizedClass
@EnumSource
class EndToEndTest {

    /** What meets the client's packets. */
    enum Way {
        /** The stack of netstack on a TUN device. */
        USER("\"stack\": \"user\","),
        /** The kernel's TCP, reached by NAT on the TUN device. */
        SYSTEM("\"stack\": \"system\","),
        /** The kernel's TCP without the device; what is not TCP meets the user stack. */
        REDIRECT("\"stack\": \"user\", \"autoRedirect\": true,");

        private final String setting;

        Way(String setting) {
            this.setting = setting;
        }

        String configuration() {
            return """
                {
                  "tun": { "name": "sluice0", "mtu": 1500, %s "address": ["172.19.0.1/30", "fdfe:19::1/126"],
                           "routes": { "include": [%s] } },
                  "inbounds": [],
                  "outbounds": [
                    { "tag": "out", "protocol": "freedom" },
                    { "tag": "names", "protocol": "dns", "settings": { "port": 53, "rules": [
                      { "action": "return", "rCode": 3, "domain": ["domain:refused.example.test"] },
                      { "action": "return", "rCode": 5, "qType": 65 },
                      { "action": "direct" } ] } },
                    { "tag": "overTcp", "protocol": "dns", "settings": { "network": "tcp", "port": 53 } },
                    { "tag": "round", "protocol": "loopback", "settings": { "inboundTag": "again" } } ],
                  "routing": { "rules": [
                    { "inboundTag": ["again"], "port": "5301", "outboundTag": "names" },
                    { "inboundTag": ["again"], "port": "5302", "outboundTag": "overTcp" },
                    { "port": "5301,5302", "outboundTag": "round" } ] },
                  "api": { "listen": "127.0.0.1", "port": 9080 }
                }
                """.formatted(setting, GatewayLab.PREFIXES);
        }
    }

    private static final int BIG = 32 << 20;

    @Parameter
    private Way way;

    private static GatewayLab lab;
    private static BlackBox appliance;

    @BeforeParameterizedClassInvocation
    static void start(Way way, @TempDir Path folder) throws Exception {
        lab = new GatewayLab(Files.createDirectory(folder.resolve("far")));
        appliance = new BlackBox(lab.box(), Files.createDirectory(folder.resolve("box")));
        appliance.configured(way.configuration());
        if (way == Way.REDIRECT) {
            needs("nft");
        }
        appliance.started();
        appliance.ok("tunnel", "start");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        if (appliance != null) {
            appliance.close();
        }
        if (lab != null) {
            lab.close();
        }
    }

    private static void skip(String reason) {
        System.out.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    private static void needs(String... programs) {
        for (String program : programs) {
            if (Command.run(Map.of(), List.of("sh", "-c", "command -v " + program))
                            .exit()
                    != 0) {
                skip(program + " is not installed");
            }
        }
    }

    /** Runs a program of the client; its output where it succeeds. */
    private static String client(String... words) {
        List<String> all =
                new ArrayList<>(List.of("ip", "netns", "exec", lab.lan().name()));
        all.addAll(Arrays.asList(words));
        Answer answer = Command.run(Map.of(), all);
        assertThat(answer.exit())
                .as("%s: %s", String.join(" ", words), answer.all())
                .isZero();
        return answer.out();
    }

    private static Socket connect(int port) throws Exception {
        return lab.lan().call(() -> {
            Socket socket = new Socket();
            socket.setSoTimeout(30_000);
            socket.connect(new InetSocketAddress(GatewayLab.FAR4, port), 30_000);
            return socket;
        });
    }

    private static String url(String host, String path) {
        return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + path;
    }

    @ParameterizedTest
    @ValueSource(strings = {GatewayLab.FAR4, GatewayLab.FAR6})
    void curl_bigDownloadAndUpload(String host, @TempDir Path folder) throws IOException {
        Path got = folder.resolve("got");
        client("curl", "-sS", "--max-time", "120", "-o", got.toString(), url(host, "/bytes?" + BIG));
        byte[] octets = Files.readAllBytes(got);
        assertThat(FarServices.sha256(octets)).isEqualTo(FarServices.sha256(FarServices.octets(BIG)));
        String answer = client(
                "curl", "-sS", "--max-time", "120", "--data-binary", "@" + got, "-H", "Expect:", url(host, "/digest"));
        assertThat(answer).isEqualTo(FarServices.sha256(octets));
    }

    @Test
    void curl_manySmall() {
        String script = "for i in $(seq 30); do curl -sS --max-time 60 " + url(GatewayLab.FAR4, "/bytes?100")
                + " | wc -c; done";
        assertThat(client("sh", "-c", script).split("\\s+")).hasSize(30).containsOnly("100");
    }

    @Test
    void ssh_scpAndGit(@TempDir Path folder) throws Exception {
        needs("dropbear", "dropbearkey", "ssh", "scp", "ssh-keygen", "git");
        Shell shell = new Shell(lab, folder);
        assertThat(client(shell.ssh("echo here; cat /proc/self/comm"))).startsWith("here\n");
        Path file = Files.write(folder.resolve("file"), FarServices.octets(4 << 20));
        Path copied = folder.resolve("copied");
        client(shell.scp(file.toString(), shell.place(copied)));
        assertThat(copied).hasSameBinaryContentAs(file);
        Path back = folder.resolve("back");
        client(shell.scp(shell.place(copied), back.toString()));
        assertThat(back).hasSameBinaryContentAs(file);

        Path repository = shell.repository(lab.far().files(), file);
        Path byHttp = folder.resolve("by-http");
        client("git", "clone", "-q", url(GatewayLab.FAR4, "/git/project.git"), byHttp.toString());
        assertThat(byHttp.resolve("file")).hasSameBinaryContentAs(file);
        Path bySsh = folder.resolve("by-ssh");
        client(shell.gitOverSsh("clone", "-q", shell.url(repository), bySsh.toString()));
        assertThat(bySsh.resolve("file")).hasSameBinaryContentAs(file);
    }

    /** Not with --no-daemon: then it serves nobody else while a TCP connection is open. */
    private static void startNameServer(Path folder) throws IOException {
        needs("dig", "dnsmasq");
        if (lab.far().namespace().exec("ss", "-lnu").contains(GatewayLab.FAR4 + ":53")) {
            return;
        }
        lab.far()
                .start(
                        folder.resolve("dns"),
                        "dnsmasq",
                        "--keep-in-foreground",
                        "--no-resolv",
                        "--no-hosts",
                        "--conf-file=/dev/null",
                        "--pid-file=" + folder.resolve("pid"),
                        "--address=/example.test/192.0.2.9",
                        "--listen-address=" + GatewayLab.FAR4 + "," + GatewayLab.FAR6,
                        "--bind-interfaces");
        Await.until(
                "the DNS server", () -> lab.far().namespace().exec("ss", "-lnu").contains(GatewayLab.FAR4 + ":53"));
    }

    @Test
    void dig_udpAndTcp(@TempDir Path folder) throws IOException {
        startNameServer(folder);
        for (String host : List.of(GatewayLab.FAR4, GatewayLab.FAR6)) {
            for (String how : List.of("+notcp", "+tcp")) {
                assertThat(client("dig", "+short", "+time=5", how, "@" + host, "www.example.test"))
                        .isEqualTo("192.0.2.9\n");
            }
        }
    }

    /** The rules send these ports round by the outbound {@code loopback}, and then to the outbounds {@code dns}. */
    @ParameterizedTest
    @ValueSource(strings = {"+notcp", "+tcp"})
    void dig_roundToTheDnsOutbounds(String how, @TempDir Path folder) throws IOException {
        startNameServer(folder);
        for (String host : List.of(GatewayLab.FAR4, GatewayLab.FAR6)) {
            for (String port : List.of("5301", "5302")) {
                assertThat(client("dig", "+short", "+time=5", how, "-p", port, "@" + host, "www.example.test"))
                        .isEqualTo("192.0.2.9\n");
                assertThat(client("dig", "+time=5", how, "-p", port, "@" + host, "www.example.test", "TYPE65"))
                        .contains("status: REFUSED");
            }
            assertThat(client("dig", "+time=5", how, "-p", "5301", "@" + host, "a.refused.example.test"))
                    .contains("status: NXDOMAIN");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {GatewayLab.FAR4, GatewayLab.FAR6})
    void ping(String host) {
        assertThat(client("ping", "-c", "3", "-i", "0.2", "-W", "10", host)).contains(" 0% packet loss");
        assertThat(client("ping", "-c", "2", "-i", "0.2", "-W", "10", "-s", "4000", host))
                .contains(" 0% packet loss");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-I", "-T"})
    void traceroute_arrives(String how) {
        needs("traceroute");
        String[] lines = client("traceroute", how, "-n", "-p", "80", "-m", "8", "-w", "10", "-q", "1", GatewayLab.FAR4)
                .strip()
                .split("\n");
        // A redirected SYN has arrived as soon as it reaches the box, however short its life.
        boolean caught = way == Way.REDIRECT && how.equals("-T");
        assertThat(lines[1]).as("the first hop").contains(caught ? GatewayLab.FAR4 : "198.18.1.1");
        assertThat(lines[lines.length - 1]).contains(GatewayLab.FAR4);
    }

    @Test
    void iperf3_bothDirections(@TempDir Path folder) throws IOException {
        needs("iperf3");
        lab.far().start(folder.resolve("iperf3"), "iperf3", "-s");
        Await.until("iperf3", () -> lab.far().namespace().exec("ss", "-lnt").contains(":5201"));
        for (String direction : List.of("-f", "-R")) {
            List<String> words = new ArrayList<>(List.of("iperf3", "-c", GatewayLab.FAR4, "-t", "1", "-P", "4"));
            words.addAll(direction.equals("-R") ? List.of("-R") : List.of());
            assertThat(client(words.toArray(String[]::new)))
                    .contains("iperf Done.")
                    .containsPattern("SUM.*[1-9].*receiver");
        }
    }

    @Test
    void quic_streamEchoed() throws Exception {
        byte[] sent = FarServices.octets(200_000);
        assertThat(QuicEcho.exchange(lab.far().namespace(), lab.lan(), GatewayLab.FAR4, sent))
                .isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {GatewayLab.FAR4, GatewayLab.FAR6})
    void datagrams_everySize(String host) throws Exception {
        InetSocketAddress far = new InetSocketAddress(InetAddress.ofLiteral(host), FarServices.UDP_ECHO);
        try (DatagramSocket socket = lab.lan().call(() -> new DatagramSocket())) {
            socket.setSoTimeout(30_000);
            for (int octets : new int[] {0, 1, 1_472, 1_473, 9_000, 65_507}) {
                byte[] sent = FarServices.octets(octets);
                socket.send(new DatagramPacket(sent, octets, far));
                DatagramPacket back = new DatagramPacket(new byte[65_535], 65_535);
                socket.receive(back);
                assertThat(Arrays.copyOf(back.getData(), back.getLength()))
                        .as("%d octets", octets)
                        .isEqualTo(sent);
                assertThat(back.getSocketAddress()).isEqualTo(far);
            }
        }
    }

    @Test
    void halfClose_answerAfterTheEnd() throws Exception {
        byte[] sent = FarServices.octets(100_000);
        try (Socket socket = connect(FarServices.HALF_CLOSE)) {
            socket.getOutputStream().write(sent);
            socket.shutdownOutput();
            byte[] answer = socket.getInputStream().readAllBytes();
            assertThat(new String(answer, 0, 65, US_ASCII)).isEqualTo(FarServices.sha256(sent) + "\n");
            assertThat(Arrays.copyOfRange(answer, 65, answer.length)).isEqualTo(FarServices.octets(1 << 20));
        }
    }

    @Test
    void reset_ofTheFarEnd_comesThrough() throws Exception {
        try (Socket socket = connect(FarServices.RESET)) {
            InputStream in = socket.getInputStream();
            socket.getOutputStream().write('r');
            assertThatThrownBy(in::read).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        }
    }

    @Test
    void reset_ofTheClient_comesThrough() throws Exception {
        lab.far().ends().clear();
        try (Socket socket = connect(FarServices.RESET)) {
            socket.getOutputStream().write('x');
            assertThat(socket.getInputStream().read()).isEqualTo('x');
            socket.setSoLinger(true, 0);
        }
        assertThat(lab.far().ends().poll(30, TimeUnit.SECONDS)).isEqualTo("reset");
    }

    /** A redirected connection is accepted before the far end is asked, so its client hears of it a moment later. */
    @Test
    void closedPort_isRefused() {
        assertThatThrownBy(() -> {
                    try (Socket socket = connect(FarServices.CLOSED)) {
                        assertThat(way).as("connected to a closed port").isEqualTo(Way.REDIRECT);
                        socket.getInputStream().read();
                    }
                })
                .isInstanceOf(way == Way.REDIRECT ? SocketException.class : ConnectException.class);
    }

    @Test
    void mtuBlackHole_towardsTheClient_isFound(@TempDir Path folder) throws IOException {
        Path got = folder.resolve("got");
        int size = 2 << 20;
        client(
                "curl",
                "-sS",
                "--max-time",
                "120",
                "--interface",
                GatewayLab.CLIENT_BEHIND_HOLE,
                "-o",
                got.toString(),
                url(GatewayLab.FAR4, "/bytes?" + size));
        assertThat(Files.readAllBytes(got)).isEqualTo(FarServices.octets(size));
        assertThat(lab.swallowed()).as("%s: packets that vanished", way).isPositive();
    }
}
