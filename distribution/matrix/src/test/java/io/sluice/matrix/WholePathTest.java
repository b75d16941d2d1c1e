package io.sluice.matrix;

import static io.sluice.matrix.Json.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.sluice.matrix.Carrier.Protocol;
import io.sluice.matrix.Carrier.Security;
import io.sluice.matrix.Carrier.Transport;
import io.sluice.matrix.Peer.Ends;
import io.sluice.matrix.Peer.Role;
import io.sluice.matrix.Peer.Running;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * program → TUN → stack → outbound → server → outside, one round a protocol with our own server and one with a real one where it is installed: curl fetches a file of
 * which the checksum is known, dig asks a name server. The outbound is exchanged while the tunnel is up.
 */
@Tag("netns")
class WholePathTest {

    private static final List<Carrier> CARRIERS = List.of(
            new Carrier(Protocol.SOCKS, "open", Transport.RAW, Security.NONE),
            new Carrier(Protocol.HTTP, "", Transport.RAW, Security.NONE),
            new Carrier(Protocol.HTTP, "", Transport.RAW, Security.TLS),
            new Carrier(Protocol.SHADOWSOCKS, "aes-128-gcm", Transport.RAW, Security.NONE),
            new Carrier(Protocol.SHADOWSOCKS, "2022-blake3-aes-128-gcm", Transport.RAW, Security.NONE),
            new Carrier(Protocol.TROJAN, "", Transport.RAW, Security.TLS),
            new Carrier(Protocol.VLESS, "", Transport.WEBSOCKET, Security.TLS),
            new Carrier(Protocol.VLESS, "", Transport.GRPC, Security.TLS),
            new Carrier(Protocol.VMESS, "auto", Transport.WEBSOCKET, Security.TLS));

    private static final int FILE = 16 << 20;
    private static final String NAME_SERVER_PORT = "53";

    @TempDir
    private Path folder;

    @Test
    void everyOutbound() throws Exception {
        NetworkNamespace.unavailable().ifPresent(reason -> Assumptions.abort("skipped: " + reason));
        for (String program : List.of("curl", "dig", "dnsmasq")) {
            Program.missing(program).ifPresent(_ -> Assumptions.abort("skipped: " + program + " is not installed"));
        }
        Map<Carrier, Sluice.Plan> plans = new LinkedHashMap<>();
        byte[] file = new byte[FILE];
        new Pattern(FarEnd.DOWN).fill(file, FILE);
        String sum =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
        try (Site site = new Site()) {
            Credentials credentials = Credentials.fresh();
            Certificates certificates = Certificates.good(folder.resolve("certificates"));
            for (Carrier carrier : CARRIERS) {
                Ends ends =
                        new Ends(site, credentials, certificates, Certificates.SERVER_NAME, 20_000 + plans.size(), 0);
                Ends toPeer =
                        new Ends(site, credentials, certificates, Certificates.SERVER_NAME, 30_000 + plans.size(), 0);
                plans.put(carrier, new Sluice.Plan(ends, toPeer));
            }
            HttpServer http = served(site, file);
            site.far.start(
                    folder.resolve("dns.log"),
                    "dnsmasq",
                    "--no-daemon",
                    "--no-resolv",
                    "--no-hosts",
                    "--port=" + NAME_SERVER_PORT,
                    "--listen-address=" + Site.FAR,
                    "--bind-interfaces",
                    "--address=/answer.example/192.0.2.53");
            try (Sluice ours = new Sluice(plans, folder);
                    Appliance box = new Appliance(site.client, folder.resolve("box"))) {
                box.configured(configuration(object("tag", "out", "protocol", "blackhole")))
                        .started();
                assertThat(box.command("tunnel", "start")).doesNotContain("ERROR");
                Set<Protocol> withOurs = EnumSet.noneOf(Protocol.class);
                for (Carrier carrier : CARRIERS) {
                    if (round(box, ours, carrier, plans.get(carrier).toOurs(), sum)) {
                        withOurs.add(carrier.protocol());
                    }
                    real(box, carrier, plans.get(carrier).toPeer(), sum);
                }
                assertThat(withOurs)
                        .as("protocols that were tried with our own server")
                        .containsExactlyInAnyOrder(Protocol.values());
                box.command("tunnel", "stop");
            } finally {
                http.stop(0);
            }
        }
    }

    private void real(Appliance box, Carrier carrier, Ends ends, String sum) throws IOException {
        Optional<Peer> server = Matrix.peers().stream()
                .filter(p -> p.cannot(carrier, Role.SERVER).isEmpty())
                .findFirst();
        if (server.isPresent()) {
            round(box, server.get(), carrier, ends, sum);
        } else {
            System.err.println("no real server of it is installed (./sluice peers): " + carrier.name());
        }
    }

    /** Whether there is such a server. */
    private boolean round(Appliance box, Peer server, Carrier carrier, Ends ends, String sum) throws IOException {
        Optional<String> lacking = server.cannot(carrier, Role.SERVER);
        if (lacking.isPresent()) {
            System.err.println("left out: " + carrier.name() + ": " + lacking.get());
            return false;
        }
        Path own = Files.createDirectories(
                folder.resolve(server.name() + "-" + carrier.name().replace(' ', '-')));
        try (Running running = server.start(carrier, Role.SERVER, ends, own)) {
            Path proposed = Files.writeString(
                    own.resolve("proposed.json"),
                    configuration(new XrayShape(XrayShape.Dialect.FLAT).clientOutbound(carrier, ends, "out")));
            String applied = box.command("conf", "apply", proposed.toString());
            String name = carrier.name() + " → " + server.name();
            NetworkNamespace client = ends.site().client;
            String fetched = client.exec(
                    "sh", "-c", "curl --silent --show-error --max-time 60 http://" + Site.FAR + "/ | sha256sum");
            assertThat(fetched)
                    .as("%s: curl; %s; %s", name, applied, running.lastWords())
                    .startsWith(sum);
            if (carrier.carriesDatagrams()) {
                assertThat(client.exec("dig", "+short", "+tries=5", "+time=3", "@" + Site.FAR, "answer.example", "A"))
                        .as("%s: dig", name)
                        .isEqualToIgnoringNewLines("192.0.2.53");
            }
            System.err.println("ok: program → TUN → " + name);
        }
        return true;
    }

    private static String configuration(Map<String, Object> outbound) {
        return Json.text(object(
                "tun",
                object(
                        "name",
                        "sluice0",
                        "mtu",
                        1500,
                        "address",
                        List.of("172.19.0.1/30"),
                        "routes",
                        object("include", List.of("203.0.113.0/24"))),
                "inbounds",
                List.of(),
                "outbounds",
                List.of(outbound),
                "api",
                object("listen", "127.0.0.1", "port", Appliance.API_PORT)));
    }

    private static HttpServer served(Site site, byte[] file) throws Exception {
        HttpServer http = site.far.call(() -> HttpServer.create(new InetSocketAddress(Site.FAR, 80), 64));
        http.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
            exchange.close();
        });
        http.start();
        return http;
    }
}
