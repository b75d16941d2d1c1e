package io.sluice.matrix;

import static io.sluice.matrix.Json.object;

import io.sluice.matrix.Carrier.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** shadowsocks-libev and shadowsocks-rust, which read the same file. */
final class Shadowsocks implements Peer {

    private final String name;
    private final String server;
    private final String client;

    private Shadowsocks(String name, String server, String client) {
        this.name = name;
        this.server = server;
        this.client = client;
    }

    static Shadowsocks libev() {
        return new Shadowsocks("shadowsocks-libev", "ss-server", "ss-local");
    }

    static Shadowsocks rust() {
        return new Shadowsocks("shadowsocks-rust", "ssserver", "sslocal");
    }

    @Override
    public String name() {
        return name;
    }

    private boolean isLibev() {
        return server.equals("ss-server");
    }

    @Override
    public Optional<String> cannot(Carrier carrier, Role role) {
        if (carrier.protocol() != Protocol.SHADOWSOCKS) {
            return Optional.of(name + " speaks Shadowsocks only");
        }
        if (!carrier.raw() || carrier.tls()) {
            return Optional.of(name + " has transports and TLS by plug-ins only");
        }
        if (isLibev() && carrier.is2022()) {
            return Optional.of("shadowsocks-libev has no " + carrier.variant());
        }
        if (!isLibev() && carrier.variant().equals("2022-blake3-chacha20-poly1305")) {
            return Optional.of("shadowsocks-rust has it only in builds with more ciphers");
        }
        return Program.missing(role == Role.SERVER ? server : client);
    }

    @Override
    public Running start(Carrier carrier, Role role, Ends ends, Path folder) throws IOException {
        boolean isServer = role == Role.SERVER;
        Path file = Files.writeString(
                folder.resolve("config.json"),
                Json.text(object(
                        "server",
                        Site.SERVER,
                        "server_port",
                        ends.serverPort(),
                        "local_address",
                        isServer ? null : "127.0.0.1",
                        "local_port",
                        isServer ? null : ends.socksPort(),
                        "password",
                        ends.credentials().shadowsocksKey(carrier),
                        "method",
                        carrier.variant(),
                        "mode",
                        "tcp_and_udp",
                        "timeout",
                        300)));
        List<String> words =
                new ArrayList<>(List.of(Program.find(isServer ? server : client).orElseThrow(), "-c", file.toString()));
        if (isLibev()) {
            words.add("-u");
        }
        return Program.start(
                isServer ? ends.site().server : ends.site().client,
                folder.resolve("log"),
                isServer ? ends.serverPort() : ends.socksPort(),
                words);
    }
}
