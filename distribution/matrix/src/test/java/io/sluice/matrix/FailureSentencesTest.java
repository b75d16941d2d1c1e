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
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be wrong with a server, and what a person reads of it: each fault ends its flow in time, with its reason in {@code flow list --recent} and in the log. */
@Tag("netns")
class FailureSentencesTest {

    private static final List<Carrier> CARRIERS = List.of(
            new Carrier(Protocol.SOCKS, "password", Transport.RAW, Security.NONE),
            new Carrier(Protocol.HTTP, "", Transport.RAW, Security.TLS),
            new Carrier(Protocol.SHADOWSOCKS, "aes-128-gcm", Transport.RAW, Security.NONE),
            new Carrier(Protocol.TROJAN, "", Transport.RAW, Security.TLS),
            new Carrier(Protocol.VLESS, "", Transport.WEBSOCKET, Security.TLS),
            new Carrier(Protocol.VMESS, "auto", Transport.RAW, Security.TLS));

    /** TEST-NET-1, RFC 5737: the server's namespace drops what goes there. */
    private static final String BLACK_HOLE = "192.0.2.99";

    /** Longer than the connect time-out and the time that a protocol gives a server to answer, 30 s at most. */
    private static final int PATIENCE_MILLIS = 60_000;

    private enum Fault {
        WRONG_PASSWORD,
        EXPIRED_CERTIFICATE,
        WRONG_NAME,
        CLOSED_PORT,
        NO_SUCH_NAME,
        BLACK_HOLE;

        boolean concerns(Carrier carrier) {
            return carrier.tls() || !EnumSet.of(EXPIRED_CERTIFICATE, WRONG_NAME).contains(this);
        }

        /** Reasons that say it, and no other. A server that knows its users by keys may only fall silent or hang up. */
        Set<String> reasons(Carrier carrier) {
            return switch (this) {
                case WRONG_PASSWORD ->
                    switch (carrier.protocol()) {
                        case SOCKS, HTTP -> Set.of("PROXY_AUTH_FAILED");
                        default -> Set.of("PROXY_AUTH_FAILED", "PROXY_FAILED", "REMOTE_ABORTED");
                    };
                case EXPIRED_CERTIFICATE, WRONG_NAME -> Set.of("TLS_FAILED");
                case CLOSED_PORT -> Set.of("CONNECT_REFUSED");
                case NO_SUCH_NAME -> Set.of("RESOLVE_FAILED");
                case BLACK_HOLE -> Set.of("CONNECT_TIMEOUT");
            };
        }
    }

    /** One fault of one carrier, with an entrance of its own. */
    private record Case(Carrier carrier, Fault fault, int port) {

        String tag() {
            return carrier.protocol().word() + "-" + fault.name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @TempDir
    private Path folder;

    @Test
    void everyFaultOfEveryProtocol() throws Exception {
        Assumptions.assumeTrue(
                Boolean.getBoolean("sluice.matrix"), "skipped: it takes minutes; -Dsluice.matrix=true runs it");
        NetworkNamespace.unavailable().ifPresent(reason -> Assumptions.abort("skipped: " + reason));
        try (Site site = new Site()) {
            site.server.exec("ip", "route", "add", "blackhole", BLACK_HOLE + "/32");
            Ends good = new Ends(
                    site,
                    Credentials.fresh(),
                    Certificates.good(folder.resolve("good")),
                    Certificates.SERVER_NAME,
                    20_000,
                    0);
            Certificates expired = Certificates.expired(folder.resolve("expired"));
            Map<Carrier, Sluice.Plan> plans = new LinkedHashMap<>();
            CARRIERS.forEach(c -> plans.put(c, new Sluice.Plan(good, good)));
            List<Case> cases = new ArrayList<>();
            List<Running> servers = new ArrayList<>();
            try (Sluice ours = new Sluice(plans, folder.resolve("asked"));
                    FarEnd far = new FarEnd(site.far);
                    Appliance box = new Appliance(site.client, folder.resolve("box"))) {
                List<Object> outbounds = new ArrayList<>();
                for (Carrier carrier : CARRIERS) {
                    if (ours.cannot(carrier, Role.CLIENT).isPresent()) {
                        System.err.println("left out: " + carrier.name() + ": "
                                + ours.cannot(carrier, Role.CLIENT).get());
                        continue;
                    }
                    Peer server = Matrix.peers().stream()
                            .filter(p -> p.cannot(carrier, Role.SERVER).isEmpty())
                            .findFirst()
                            .orElse(null);
                    if (server == null) {
                        System.err.println(
                                "left out: " + carrier.name() + ": no server of it is installed (./sluice peers)");
                        continue;
                    }
                    Ends at = at(good, 20_000 + 10 * cases.size());
                    servers.add(server.start(carrier, Role.SERVER, at, made(carrier.name() + "-good")));
                    Ends old = new Ends(site, at.credentials(), expired, at.serverName(), at.serverPort() + 1, 0);
                    if (carrier.tls()) {
                        servers.add(server.start(carrier, Role.SERVER, old, made(carrier.name() + "-expired")));
                    }
                    for (Fault fault : Fault.values()) {
                        if (fault.concerns(carrier)) {
                            Case one = new Case(carrier, fault, 11_000 + cases.size());
                            cases.add(one);
                            outbounds.add(outbound(one, at, old));
                        }
                    }
                }
                assertThat(cases).as("protocols with a server").isNotEmpty();
                box.configured(configuration(cases, outbounds)).started();
                cases.parallelStream().forEach(c -> provoke(site, c));
                List<String> wrong = new ArrayList<>();
                String flows = box.command("flow", "list", "--recent", "--limit", "200", "--json");
                String log = box.log();
                for (Case one : cases) {
                    judge(one, flows, log, wrong);
                }
                assertThat(wrong).isEmpty();
            } finally {
                servers.forEach(Running::close);
            }
        }
    }

    private Path made(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name.replace(' ', '-')));
    }

    private static Ends at(Ends ends, int port) {
        return new Ends(ends.site(), ends.credentials(), ends.certificates(), ends.serverName(), port, 0);
    }

    /** The flow must end, by a refusal or a closed stream, before patience does. */
    private static void provoke(Site site, Case one) {
        try (Socket socket = new SocksClient(site.client, one.port()).connect()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(FarEnd.ECHO);
            int read = socket.getInputStream().read();
            assertThat(read).as("%s: an answer came", one.tag()).isNegative();
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError(one.tag() + " did not end in " + PATIENCE_MILLIS / 1_000 + " s", e);
        } catch (IOException e) {
            // refused: as it should be
        }
    }

    private static void judge(Case one, String flows, String log, List<String> wrong) throws IOException {
        String said = "nothing";
        for (JsonNode flow : new ObjectMapper().readTree(flows).findParents("outbound")) {
            if (flow.path("outbound").asText().equals(one.tag())) {
                said = flow.toString();
                if (one.fault().reasons(one.carrier()).stream().anyMatch(said::contains)) {
                    System.err.println("ok: " + one.tag() + ": " + said);
                    said = "";
                    break;
                }
            }
        }
        if (!said.isEmpty()) {
            wrong.add(one.tag() + ": the flow list says " + said + ", not "
                    + one.fault().reasons(one.carrier()));
        }
        if (!log.contains(one.tag())) {
            wrong.add(one.tag() + ": the log says nothing");
        }
    }

    private static Map<String, Object> outbound(Case one, Ends at, Ends expired) {
        Ends ends = switch (one.fault()) {
            case WRONG_PASSWORD ->
                new Ends(at.site(), at.credentials().wrong(), at.certificates(), at.serverName(), at.serverPort(), 0);
            case EXPIRED_CERTIFICATE -> expired;
            case WRONG_NAME ->
                new Ends(at.site(), at.credentials(), at.certificates(), "other.example", at.serverPort(), 0);
            case CLOSED_PORT -> at(at, 9);
            case NO_SUCH_NAME, BLACK_HOLE -> at;
        };
        Map<String, Object> outbound =
                new XrayShape(XrayShape.Dialect.FLAT).clientOutbound(one.carrier(), ends, one.tag());
        @SuppressWarnings("unchecked")
        Map<String, Object> settings = (Map<String, Object>) outbound.get("settings");
        if (one.fault() == Fault.NO_SUCH_NAME) {
            settings.put("address", "server.invalid");
        }
        if (one.fault() == Fault.BLACK_HOLE) {
            settings.put("address", BLACK_HOLE);
        }
        return outbound;
    }

    private static String configuration(List<Case> cases, List<Object> outbounds) {
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
                object("listen", "127.0.0.1", "port", 9080)));
    }
}
