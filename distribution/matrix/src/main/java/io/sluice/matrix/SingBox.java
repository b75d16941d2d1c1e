package io.sluice.matrix;

import static io.sluice.matrix.Json.object;

import io.sluice.matrix.Carrier.Protocol;
import io.sluice.matrix.Carrier.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** sing-box, whose configuration has a shape of its own. */
final class SingBox implements Peer {

    @Override
    public String name() {
        return "sing-box";
    }

    @Override
    public Optional<String> cannot(Carrier carrier, Role role) {
        boolean proxy =
                Set.of(Protocol.SOCKS, Protocol.HTTP, Protocol.SHADOWSOCKS).contains(carrier.protocol());
        if (proxy && !carrier.raw()) {
            return Optional.of("sing-box has " + carrier.protocol().word() + " without transports only");
        }
        if (carrier.tls() && proxy && carrier.protocol() != Protocol.HTTP) {
            return Optional.of("sing-box has " + carrier.protocol().word() + " without TLS only");
        }
        if (carrier.transport() == Transport.GRPC_MULTI) {
            return Optional.of("sing-box's gRPC has no multi mode");
        }
        if (role == Role.SERVER
                && carrier.protocol() == Protocol.SOCKS
                && carrier.variant().equals("open")) {
            return Optional.of("one server with a password is enough");
        }
        return Program.missing("sing-box");
    }

    @Override
    public Running start(Carrier carrier, Role role, Ends ends, Path folder) throws IOException {
        Map<String, Object> inbound = role == Role.SERVER
                ? server(carrier, ends)
                : object("type", "socks", "listen", "127.0.0.1", "listen_port", ends.socksPort());
        Map<String, Object> outbound = role == Role.SERVER ? object("type", "direct") : client(carrier, ends);
        Path file = Files.writeString(
                folder.resolve("config.json"),
                Json.text(object(
                        "log",
                        object("level", "error", "disabled", false),
                        "inbounds",
                        List.of(inbound),
                        "outbounds",
                        List.of(outbound))));
        return Program.start(
                role == Role.SERVER ? ends.site().server : ends.site().client,
                folder.resolve("log"),
                role == Role.SERVER ? ends.serverPort() : ends.socksPort(),
                List.of(Program.find("sing-box").orElseThrow(), "run", "-c", file.toString()));
    }

    private static Map<String, Object> server(Carrier carrier, Ends ends) {
        Credentials known = ends.credentials();
        boolean open = carrier.variant().equals("open");
        Map<String, Object> inbound =
                object("type", carrier.protocol().word(), "listen", Site.SERVER, "listen_port", ends.serverPort());
        switch (carrier.protocol()) {
            case SOCKS, HTTP -> {
                if (!open) {
                    inbound.put("users", List.of(object("username", known.user(), "password", known.password())));
                }
            }
            case SHADOWSOCKS -> {
                inbound.put("method", carrier.variant());
                inbound.put("password", known.shadowsocksKey(carrier));
            }
            case TROJAN -> inbound.put("users", List.of(object("name", known.user(), "password", known.password())));
            case VLESS -> inbound.put("users", List.of(object("uuid", known.id().toString())));
            case VMESS -> inbound.put("users", List.of(object("uuid", known.id().toString(), "alterId", 0)));
        }
        if (carrier.tls()) {
            inbound.put(
                    "tls",
                    object(
                            "enabled",
                            true,
                            "certificate_path",
                            ends.certificates().chain().toString(),
                            "key_path",
                            ends.certificates().key().toString()));
        }
        transport(carrier, inbound);
        return inbound;
    }

    private static Map<String, Object> client(Carrier carrier, Ends ends) {
        Credentials known = ends.credentials();
        Map<String, Object> outbound =
                object("type", carrier.protocol().word(), "server", Site.SERVER, "server_port", ends.serverPort());
        switch (carrier.protocol()) {
            case SOCKS, HTTP -> {
                if (!carrier.variant().equals("open")) {
                    outbound.put("username", known.user());
                    outbound.put("password", known.password());
                }
            }
            case SHADOWSOCKS -> {
                outbound.put("method", carrier.variant());
                outbound.put("password", known.shadowsocksKey(carrier));
            }
            case TROJAN -> outbound.put("password", known.password());
            case VLESS -> {
                outbound.put("uuid", known.id().toString());
                // Else datagrams go as XUDP through a multiplexed stream, which is a protocol of its own.
                outbound.put("packet_encoding", "");
            }
            case VMESS -> {
                outbound.put("uuid", known.id().toString());
                // Its auto within TLS is 'zero', no cipher at all, which Xray has removed and we do not speak.
                outbound.put("security", carrier.tls() ? "aes-128-gcm" : carrier.variant());
            }
        }
        if (carrier.tls()) {
            outbound.put(
                    "tls",
                    object(
                            "enabled",
                            true,
                            "server_name",
                            ends.serverName(),
                            "certificate_path",
                            ends.certificates().authority().toString()));
        }
        transport(carrier, outbound);
        return outbound;
    }

    private static void transport(Carrier carrier, Map<String, Object> bound) {
        switch (carrier.transport()) {
            case RAW -> {}
            case WEBSOCKET -> bound.put("transport", object("type", "ws", "path", "/way"));
            case HTTP_UPGRADE -> bound.put("transport", object("type", "httpupgrade", "path", "/way"));
            case GRPC, GRPC_MULTI -> bound.put("transport", object("type", "grpc", "service_name", "way"));
        }
    }
}
