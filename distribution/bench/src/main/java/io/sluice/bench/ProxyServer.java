package io.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The SOCKS5 server in {@code px}, which every gateway gets afresh. */
final class ProxyServer implements AutoCloseable {

    /** hev-socks5-server has six descriptors a connection, so 10,000 connections need five processes. */
    private static final int HEV_PROCESSES = 5;

    private final List<Process> processes;

    private ProxyServer(List<Process> processes) {
        this.processes = processes;
    }

    private static Map<String, Optional<String>> known() {
        Map<String, Optional<String>> programs = new LinkedHashMap<>();
        programs.put("hev", Programs.find("HEV_SERVER", "hev-socks5-server"));
        programs.put("dante", Programs.find("DANTE", "danted", "sockd"));
        programs.put("sluice", Sluice.program());
        programs.put("microsocks", Programs.find("MICROSOCKS", "microsocks"));
        return programs;
    }

    /** The one asked for, or the first that is installed. */
    static String choose(String wanted) {
        Map<String, Optional<String>> programs = known();
        if (!wanted.isEmpty()) {
            if (programs.getOrDefault(wanted, Optional.empty()).isEmpty()) {
                throw new IllegalArgumentException("no SOCKS5 server '" + wanted + "' here; known: " + programs);
            }
            return wanted;
        }
        return programs.entrySet().stream()
                .filter(entry -> entry.getValue().isPresent())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no SOCKS5 server is installed: hev, dante or microsocks"));
    }

    static ProxyServer start(Site site, String name, Path folder) throws IOException {
        String program = known().get(name).orElseThrow();
        List<Process> started = new ArrayList<>();
        Path log = folder.resolve("proxy.log");
        int count = name.equals("hev") ? HEV_PROCESSES : 1;
        List<String> words = command(name, program, folder);
        for (int i = 0; i < count; i++) {
            started.add(site.px.start(log, words.toArray(String[]::new)));
        }
        ProxyServer server = new ProxyServer(started);
        long pid = started.getFirst().pid();
        Await.until("the SOCKS5 server", started.getFirst(), log, () -> listens(pid));
        return server;
    }

    private static boolean listens(long pid) throws IOException {
        String port = ":%04X ".formatted(Site.PROXY_PORT);
        Path net = Path.of("/proc", Long.toString(pid), "net");
        return Files.readString(net.resolve("tcp")).contains(port)
                || Files.readString(net.resolve("tcp6")).contains(port);
    }

    private static List<String> command(String name, String program, Path folder) throws IOException {
        String port = Integer.toString(Site.PROXY_PORT);
        return switch (name) {
            case "hev" ->
                List.of(
                        program,
                        Files.writeString(folder.resolve("proxy.yml"), """
                                main:
                                  workers: 1
                                  port: %s
                                  listen-address: '%s'
                                misc:
                                  log-level: error
                                  limit-nofile: 20000
                                """.formatted(port, Site.PROXY))
                                .toString());
            case "dante" ->
                List.of(
                        program,
                        "-f",
                        Files.writeString(folder.resolve("danted.conf"), """
                                logoutput: stderr
                                internal: %s port = %s
                                external: srv0
                                socksmethod: none
                                clientmethod: none
                                client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
                                socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: bind connect udpassociate bindreply udpreply }
                                """.formatted(Site.PROXY, port))
                                .toString());
            case "microsocks" -> List.of(program, "-i", Site.PROXY, "-p", port);
            default -> {
                Path etc = Files.createDirectory(folder.resolve("etc"));
                Files.writeString(etc.resolve("sluice.json"), """
                        { "inbounds": [{ "tag": "in", "protocol": "socks", "listen": "%s", "port": %s,
                                         "settings": { "auth": "noauth", "udp": true, "ip": "%s" } }],
                          "outbounds": [{ "tag": "out", "protocol": "freedom" }],
                          "api": { "listen": "127.0.0.1", "port": 9080 } }
                        """.formatted(Site.PROXY, port, Site.PROXY));
                yield List.of(
                        "env",
                        "SLUICE_ETC=" + etc,
                        "SLUICE_DATA=" + Files.createDirectory(folder.resolve("data")),
                        "SLUICE_LOG=" + Files.createDirectory(folder.resolve("logs")),
                        program,
                        "run");
            }
        };
    }

    @Override
    public void close() {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        for (Process process : processes) {
            try {
                if (!process.waitFor(5, java.util.concurrent.TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
