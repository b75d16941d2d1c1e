package io.sluice.matrix;

import static io.sluice.matrix.Json.object;

import io.sluice.matrix.Carrier.Protocol;
import io.sluice.matrix.Carrier.Transport;
import io.sluice.matrix.XrayShape.Dialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Xray, or its ancestor v2ray 4. */
final class Xray implements Peer {

    private final String program;
    private final XrayShape shape;
    private final boolean readv;

    private Xray(String program, Dialect dialect, boolean readv) {
        this.program = program;
        this.shape = new XrayShape(dialect);
        this.readv = readv;
    }

    static Xray xray() {
        return new Xray("xray", Dialect.LISTS, true);
    }

    static Xray v2ray() {
        return new Xray("v2ray", Dialect.V2RAY, true);
    }

    @Override
    public String name() {
        return program;
    }

    /**
     * Its readv (common/buf/readv_posix.go) takes every error for EAGAIN. So where much is received, and a reset has been announced before it is read, Xray waits for more
     * until its idle time-out, 300 s.
     */
    @Override
    public Optional<Peer> mended() {
        return old() || !readv ? Optional.empty() : Optional.of(new Xray(program, shape.dialect(), false));
    }

    private boolean old() {
        return shape.dialect() == Dialect.V2RAY;
    }

    @Override
    public Optional<String> cannot(Carrier carrier, Role role) {
        if (old() && carrier.transport() != Transport.RAW && carrier.transport() != Transport.WEBSOCKET) {
            return Optional.of("v2ray 4 has no " + carrier.transport().word());
        }
        if (old() && (carrier.is2022() || carrier.variant().startsWith("xchacha20"))) {
            return Optional.of("v2ray 4 has no " + carrier.variant());
        }
        if (old() && (carrier.protocol() == Protocol.SOCKS || carrier.protocol() == Protocol.HTTP)) {
            return Optional.of("v2ray 4's proxies for clients nearby are Xray's");
        }
        if (role == Role.SERVER
                && carrier.protocol() == Protocol.SOCKS
                && carrier.variant().equals("open")) {
            return Optional.of("one server with a password is enough");
        }
        return Program.missing(program);
    }

    @Override
    public Running start(Carrier carrier, Role role, Ends ends, Path folder) throws IOException {
        Map<String, Object> inbound = role == Role.SERVER
                ? shape.serverInbound(carrier, ends, "in")
                : object(
                        "tag",
                        "in",
                        "listen",
                        "127.0.0.1",
                        "port",
                        ends.socksPort(),
                        "protocol",
                        "socks",
                        "settings",
                        object("auth", "noauth", "udp", true, "ip", "127.0.0.1"));
        Map<String, Object> outbound =
                role == Role.SERVER ? XrayShape.freedom("out") : shape.clientOutbound(carrier, ends, "out");
        Path file = Files.writeString(
                folder.resolve("config.json"),
                Json.text(object(
                        "log",
                        object("loglevel", "warning"),
                        "inbounds",
                        List.of(inbound),
                        "outbounds",
                        List.of(outbound))));
        String path = Program.find(program).orElseThrow();
        // Without it datagrams to most ports go as XUDP through a multiplexed stream, which is a protocol of its own.
        List<String> words = old()
                ? List.of(path, "-config", file.toString())
                : List.of(
                        "env",
                        "XRAY_CONE_DISABLED=true",
                        "XRAY_BUF_READV=" + (readv ? "auto" : "disable"),
                        path,
                        "run",
                        "-c",
                        file.toString());
        return Program.start(
                role == Role.SERVER ? ends.site().server : ends.site().client,
                folder.resolve("log"),
                role == Role.SERVER ? ends.serverPort() : ends.socksPort(),
                words);
    }
}
