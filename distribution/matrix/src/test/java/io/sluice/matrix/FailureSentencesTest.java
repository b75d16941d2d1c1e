package io.sluice.matrix;

import static io.sluice.matrix.Json.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.matrix.Carrier.Protocol;
import io.sluice.matrix.Carrier.Security;
import io.sluice.matrix.Carrier.Transport;
import io.sluice.matrix.Peer.Ends;
import io.sluice.matrix.Peer.Role;
import io.sluice.matrix.Peer.Running;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What can be wrong with a server, and what a person reads of it: each fault of each protocol ends its flow in time, with the same sentence in
 * {@code flow list --recent}, in the log and in what REST gives the page. The servers are our own inbounds, and beside them the real ones that are installed.
 */
@Tag("netns")
class FailureSentencesTest {

    private static final Carrier TROJAN = new Carrier(Protocol.TROJAN, "", Transport.RAW, Security.TLS);

    private static final Carrier HTTPS = new Carrier(Protocol.HTTP, "", Transport.RAW, Security.TLS);

    private static final Carrier SOCKS_OVER_TLS = new Carrier(Protocol.SOCKS, "password", Transport.RAW, Security.TLS);

    private static final List<Carrier> CARRIERS = List.of(
            new Carrier(Protocol.SOCKS, "password", Transport.RAW, Security.NONE),
            SOCKS_OVER_TLS,
            new Carrier(Protocol.HTTP, "", Transport.RAW, Security.NONE),
            HTTPS,
            new Carrier(Protocol.SHADOWSOCKS, "aes-128-gcm", Transport.RAW, Security.NONE),
            TROJAN,
            new Carrier(Protocol.VLESS, "", Transport.WEBSOCKET, Security.TLS),
            new Carrier(Protocol.VMESS, "auto", Transport.RAW, Security.TLS));

    /** Two cores may do much else meanwhile. */
    private static final Duration SLACK = Duration.ofSeconds(45);

    private static final String OURS = "sluice";

    /** One fault of one carrier at one server, with an entrance of its own. */
    private record Case(String server, Carrier carrier, Fault fault, int port) {

        String tag() {
            return "%s-%s-%s"
                    .formatted(server, carrier.name(), fault)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[ _]", "-");
        }

        long patience() {
            return fault.limit(carrier).plus(SLACK).toMillis();
        }
    }

    @TempDir
    private Path folder;

    private final List<Case> cases = new ArrayList<>();
    private final List<Object> outbounds = new ArrayList<>();
    private final List<Object> ourInbounds = new ArrayList<>();

    @Test
    void everyFaultOfEveryProtocol() throws Exception {
        NetworkNamespace.unavailable().ifPresent(reason -> Assumptions.abort("skipped: " + reason));
        List<Running> servers = new ArrayList<>();
        try (Site site = new Site();
                FarEnd _ = new FarEnd(site.far);
                EmptyNameServer _ = new EmptyNameServer(site.server, Site.SERVER);
                Appliance ours = new Appliance(site.server, folder.resolve("our-server"));
                Appliance box = new Appliance(site.client, folder.resolve("box"))) {
            site.server.exec("ip", "route", "add", "blackhole", Fault.NOWHERE + "/32");
            Ends good = new Ends(
                    site,
                    Credentials.fresh(),
                    Certificates.good(folder.resolve("good")),
                    Certificates.SERVER_NAME,
                    20_000,
                    0);
            Certificates expired = Certificates.expired(folder.resolve("expired"));
            for (Carrier carrier : CARRIERS) {
                atOurs(carrier, good, expired);
                atReal(carrier, good, expired, servers);
            }
            ours.configured(Json.text(
                            object("inbounds", ourInbounds, "outbounds", List.of(XrayShape.freedom("direct")))))
                    .started();
            box.configured(configuration()).resolving(Site.SERVER).started();
            List<String> wrong = provoked(site);
            judge(box, wrong);
            assertThat(wrong).isEmpty();
        } finally {
            servers.forEach(Running::close);
        }
    }

    private int freePort() {
        return 20_000 + 10 * cases.size();
    }

    /** Our HTTP and SOCKS inbounds have no TLS below them: what a client says of a certificate it says before it knows what is behind it. */
    private void atOurs(Carrier carrier, Ends ends, Certificates expired) {
        Carrier served = carrier.equals(HTTPS) || carrier.equals(SOCKS_OVER_TLS) ? TROJAN : carrier;
        Ends at = at(ends, ends.certificates(), freePort());
        Ends old = at(ends, expired, freePort() + 1);
        XrayShape shape = new XrayShape(XrayShape.Dialect.FLAT);
        ourInbounds.add(shape.serverInbound(served, at, "p" + at.serverPort()));
        if (carrier.tls()) {
            ourInbounds.add(shape.serverInbound(served, old, "p" + old.serverPort()));
        }
        faults(OURS, carrier, at, old, served.equals(carrier));
    }

    private void atReal(Carrier carrier, Ends ends, Certificates expired, List<Running> servers) throws IOException {
        Optional<Peer> real = Matrix.peers().stream()
                .filter(p -> p.cannot(carrier, Role.SERVER).isEmpty())
                .findFirst();
        if (real.isEmpty()) {
            System.err.println("with our own server only: " + carrier.name());
            return;
        }
        String name = real.get().name();
        Ends at = at(ends, ends.certificates(), freePort());
        Ends old = at(ends, expired, freePort() + 1);
        servers.add(real.get().start(carrier, Role.SERVER, at, made(name, carrier, "good")));
        if (carrier.tls()) {
            servers.add(real.get().start(carrier, Role.SERVER, old, made(name, carrier, "expired")));
        }
        faults(name, carrier, at, old, true);
    }

    /** @param speaks whether the server speaks the protocol, not only TLS */
    private void faults(String server, Carrier carrier, Ends at, Ends old, boolean speaks) {
        for (Fault fault : Fault.values()) {
            // shadowsocks-libev is silent for as long as the client is there; nobody can tell that from a slow server.
            boolean told =
                    server.equals(OURS) || fault != Fault.WRONG_PASSWORD || carrier.protocol() != Protocol.SHADOWSOCKS;
            if (told && (fault.isOfTls() ? carrier.tls() : speaks)) {
                Case one = new Case(server, carrier, fault, 11_000 + cases.size());
                cases.add(one);
                outbounds.add(fault.outbound(carrier, at, old, one.tag()));
            }
        }
    }

    private Path made(String server, Carrier carrier, String kind) throws IOException {
        return Files.createDirectories(folder.resolve(server + carrier.name().replace(' ', '-') + kind));
    }

    private static Ends at(Ends ends, Certificates certificates, int port) {
        return new Ends(ends.site(), ends.credentials(), certificates, ends.serverName(), port, 0);
    }

    /** All at once, for most of it is waiting. What did not end in its time, or not at all. */
    private List<String> provoked(Site site) throws Exception {
        List<String> wrong = new ArrayList<>();
        Map<Case, Future<String>> ends = new LinkedHashMap<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            cases.forEach(one -> ends.put(one, threads.submit(() -> provoke(site, one))));
            for (Future<String> end : ends.values()) {
                if (!end.get().isEmpty()) {
                    wrong.add(end.get());
                }
            }
        }
        return wrong;
    }

    /** The flow must end, by a refusal or a closed stream, before patience does. */
    private static String provoke(Site site, Case one) {
        long begun = System.nanoTime();
        try (Socket socket = new SocksClient(site.client, one.port(), false, (int) one.patience()).connect()) {
            socket.getOutputStream().write(FarEnd.ECHO);
            if (socket.getInputStream().read() >= 0) {
                return one.tag() + ": an answer came";
            }
        } catch (IOException e) {
            // refused or reset: as it should be, if it was in time
        }
        long millis = (System.nanoTime() - begun) / 1_000_000;
        return millis < one.patience() ? "" : one.tag() + " did not end in " + millis + " ms";
    }

    private void judge(Appliance box, List<String> wrong) throws IOException, InterruptedException {
        ObjectMapper json = new ObjectMapper();
        JsonNode flows = json.readTree(box.command("flow", "list", "--recent", "--limit", "1000", "--json"));
        for (Case one : cases) {
            String listed = said(flows, one.tag());
            String rest =
                    said(json.readTree(box.rest("/flows?recent=true&limit=1000&outbound=" + one.tag())), one.tag());
            String reason = listed.split(": ", 2)[0];
            if (!one.fault().reasons(one.carrier()).contains(reason)) {
                wrong.add(one.tag() + ": the flow list says \"" + listed + "\", not "
                        + one.fault().reasons(one.carrier()));
            } else if (!one.fault().sentence().matcher(listed).find()
                    || listed.contains("Exception")
                    || listed.contains("\n")) {
                wrong.add(one.tag() + ": this is no clear sentence about it: \"" + listed + "\"");
            } else if (!rest.equals(listed)) {
                wrong.add(one.tag() + ": the flow list says \"" + listed + "\", REST \"" + rest + "\"");
            } else if (!isLogged(box, one.tag(), listed)) {
                wrong.add(one.tag() + ": the log does not say \"" + listed + "\"");
            } else {
                System.err.println("ok: " + one.tag() + ": " + listed);
            }
        }
    }

    /** {@code REASON: sentence} of the flow that an outbound carried. */
    private static String said(JsonNode answer, String tag) {
        for (JsonNode flow : answer.path("items")) {
            if (flow.path("outbound").asText().equals(tag)) {
                return flow.path("closeReason").asText() + ": "
                        + flow.path("detail").asText();
            }
        }
        return "nothing";
    }

    /** A flow is in the list before its line is in the log: a moment, but another thread's. */
    private static boolean isLogged(Appliance box, String tag, String sentence)
            throws IOException, InterruptedException {
        String line = "by outbound '" + tag + "' failed, " + sentence;
        long end = System.nanoTime() + SLACK.toNanos();
        while (!box.log().contains(line)) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    private String configuration() {
        return Json.text(object(
                "inbounds",
                cases.stream()
                        .map(c -> object(
                                "tag",
                                c.tag() + "-in",
                                "listen",
                                "127.0.0.1",
                                "port",
                                c.port(),
                                "protocol",
                                "socks",
                                "settings",
                                object("auth", "noauth")))
                        .toList(),
                "outbounds",
                outbounds,
                "routing",
                object(
                        "rules",
                        cases.stream()
                                .map(c -> object("inboundTag", List.of(c.tag() + "-in"), "outboundTag", c.tag()))
                                .toList()),
                "api",
                object("listen", "127.0.0.1", "port", Appliance.API_PORT)));
    }
}
