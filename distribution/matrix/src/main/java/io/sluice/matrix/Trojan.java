package io.sluice.matrix;

import static io.sluice.matrix.Json.object;

import io.sluice.matrix.Carrier.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The first implementation of its protocol, in C++. */
final class Trojan implements Peer {

    @Override
    public String name() {
        return "trojan";
    }

    @Override
    public Optional<String> cannot(Carrier carrier, Role role) {
        if (carrier.protocol() != Protocol.TROJAN || !carrier.raw() || !carrier.tls()) {
            return Optional.of("trojan speaks its protocol over TLS only");
        }
        return Program.missing("trojan");
    }

    @Override
    public Running start(Carrier carrier, Role role, Ends ends, Path folder) throws IOException {
        boolean isServer = role == Role.SERVER;
        Map<String, Object> tls = isServer
                ? object(
                        "cert",
                        ends.certificates().chain().toString(),
                        "key",
                        ends.certificates().key().toString(),
                        "alpn",
                        List.of("http/1.1"))
                : object(
                        "verify",
                        true,
                        "verify_hostname",
                        true,
                        "cert",
                        ends.certificates().authority().toString(),
                        "sni",
                        ends.serverName(),
                        "alpn",
                        List.of("http/1.1"));
        Path file = Files.writeString(
                folder.resolve("config.json"),
                Json.text(object(
                        "run_type",
                        isServer ? "server" : "client",
                        "local_addr",
                        isServer ? Site.SERVER : "127.0.0.1",
                        "local_port",
                        isServer ? ends.serverPort() : ends.socksPort(),
                        "remote_addr",
                        isServer ? Site.FAR : Site.SERVER,
                        "remote_port",
                        isServer ? FarEnd.PORT : ends.serverPort(),
                        "password",
                        List.of(ends.credentials().password()),
                        "log_level",
                        2,
                        "ssl",
                        tls)));
        return Program.start(
                isServer ? ends.site().server : ends.site().client,
                folder.resolve("log"),
                isServer ? ends.serverPort() : ends.socksPort(),
                List.of(Program.find("trojan").orElseThrow(), "-c", file.toString()));
    }
}
