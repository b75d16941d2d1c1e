package io.sluice.matrix;

import io.sluice.matrix.Carrier.Protocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Dante and microsocks: servers of SOCKS5, and no clients. */
final class SocksServer implements Peer {

    private final String name;
    private final String program;

    private SocksServer(String name, String program) {
        this.name = name;
        this.program = program;
    }

    static SocksServer dante() {
        return new SocksServer("dante", "danted");
    }

    static SocksServer microsocks() {
        return new SocksServer("microsocks", "microsocks");
    }

    @Override
    public String name() {
        return name;
    }

    /** Its users would be the system's. */
    private boolean open() {
        return name.equals("dante");
    }

    @Override
    public Optional<String> cannot(Carrier carrier, Role role) {
        if (carrier.protocol() != Protocol.SOCKS || role == Role.CLIENT) {
            return Optional.of(name + " is a SOCKS5 server");
        }
        if (!carrier.raw() || carrier.tls()) {
            return Optional.of(name + " speaks plain TCP only");
        }
        if (carrier.variant().equals("open") != open()) {
            return Optional.of(open() ? "dante's users are the system's" : "one server without a password is enough");
        }
        return Program.missing(program);
    }

    @Override
    public Running start(Carrier carrier, Role role, Ends ends, Path folder) throws IOException {
        String port = Integer.toString(ends.serverPort());
        String path = Program.find(program).orElseThrow();
        List<String> words = open()
                ? List.of(
                        path,
                        "-f",
                        Files.writeString(folder.resolve("danted.conf"), """
                                logoutput: stderr
                                internal: %s port = %s
                                external: up0
                                socksmethod: none
                                clientmethod: none
                                client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
                                socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: bind connect udpassociate bindreply udpreply }
                                """.formatted(Site.SERVER, port))
                                .toString())
                : List.of(
                        path,
                        "-i",
                        Site.SERVER,
                        "-p",
                        port,
                        "-u",
                        ends.credentials().user(),
                        "-P",
                        ends.credentials().password());
        return Program.start(ends.site().server, folder.resolve("log"), ends.serverPort(), words);
    }
}
