package io.sluice.bench;

import io.sluice.bench.Contender.Capability;
import io.sluice.bench.Contender.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** The ways of starting a gateway, by name: peers with the settings that have measured best, ours, and the two references. */
final class Kinds {

    private static final Set<Capability> ALL = EnumSet.allOf(Capability.class);

    private static final Map<String, Kind> NAMED = new LinkedHashMap<>();

    static {
        NAMED.put("plain", new Plain());
        NAMED.put("splice", new Splice());
        NAMED.put(
                "sluice",
                new Program(
                        () -> Sluice.program().isPresent()
                                ? Optional.empty()
                                : Optional.of("build it (./sluice build) or set SLUICE to its bin/sluice"),
                        ALL,
                        Sluice::command,
                        false));
        NAMED.put("hev", peer("HEV_TUNNEL", false, Kinds::hev, "hev-socks5-tunnel"));
        NAMED.put("tun2socks", peer("TUN2SOCKS", true, Kinds::tun2socks, "tun2socks"));
        NAMED.put("badvpn", peer("BADVPN_TUN2SOCKS", true, Kinds::badvpn, "badvpn-tun2socks"));
        NAMED.put("sing-box", peer("SING_BOX", false, Kinds::singBox, "sing-box"));
        NAMED.put("xray", peer("XRAY", false, Kinds::xray, "xray"));
    }

    private Kinds() {}

    static Kind named(String name) {
        Kind kind = NAMED.get(name);
        if (kind == null) {
            throw new IllegalArgumentException("'" + name + "' is no way to start a gateway; known: " + NAMED.keySet());
        }
        return kind;
    }

    static Set<String> names() {
        return NAMED.keySet();
    }

    private static Kind peer(
            String variable, boolean device, BiFunction<Path, Map<String, String>, List<String>> command, String name) {
        return new Program(
                () -> Programs.missing(variable, name),
                ALL,
                (folder, options) -> {
                    List<String> words = new ArrayList<>(command.apply(folder, options));
                    words.addFirst(Programs.find(variable, name).orElseThrow());
                    return words;
                },
                device);
    }

    /** No gateway: {@code app} forwards. */
    private record Plain() implements Kind {

        @Override
        public Optional<String> missing() {
            return Optional.empty();
        }

        @Override
        public Set<Capability> capabilities() {
            return EnumSet.of(Capability.UDP, Capability.LAN);
        }

        @Override
        public Gateway start(Site site, Path folder, Map<String, String> options) {
            return new Gateway(site, Optional.empty(), Site.DEVICE, folder.resolve("log"));
        }
    }

    /** nftables hands connections to {@link SpliceRelay}: two kernel sockets and no device, the ceiling of what a relay can reach. */
    private record Splice() implements Kind {

        @Override
        public Optional<String> missing() {
            return Programs.missing("NFT", "nft");
        }

        @Override
        public Set<Capability> capabilities() {
            return EnumSet.of(Capability.LAN, Capability.PROCESS);
        }

        @Override
        public Gateway start(Site site, Path folder, Map<String, String> options) throws IOException {
            List<String> words = JavaChild.command(
                    SpliceRelay.class, options.getOrDefault("outbound", "socks"), options.getOrDefault("cc", ""));
            Path log = folder.resolve("log");
            Process process = site.app.start(log, words.toArray(String[]::new));
            Await.until(
                    "the splice relay",
                    process,
                    log,
                    () -> Files.readString(log).contains("ready"));
            site.app.exec("nft", """
                    table ip redirected {
                      chain own { type nat hook output priority -100; ip daddr %1$s meta mark != %2$s meta l4proto tcp redirect; }
                      chain others { type nat hook prerouting priority -100; ip daddr %1$s meta l4proto tcp redirect; }
                    }""".formatted(Site.TARGETS, Site.MARK));
            return new Gateway(site, Optional.of(process), Site.DEVICE, log);
        }
    }

    /**
     * A program with a TUN device.
     *
     * @param command from the folder for its files and its options
     * @param deviceFirst whether it wants the device to be there before
     */
    private record Program(
            Supplier<Optional<String>> why,
            Set<Capability> capabilities,
            BiFunction<Path, Map<String, String>, List<String>> command,
            boolean deviceFirst)
            implements Kind {

        @Override
        public Optional<String> missing() {
            return why.get();
        }

        @Override
        public Gateway start(Site site, Path folder, Map<String, String> options) throws IOException {
            if (deviceFirst) {
                site.app.exec("ip", "tuntap", "add", "dev", Site.DEVICE, "mode", "tun");
                site.app.exec("ip", "link", "set", Site.DEVICE, "mtu", options.getOrDefault("mtu", "1500"));
            }
            Path log = folder.resolve("log");
            Process process = site.app.start(log, command.apply(folder, options).toArray(String[]::new));
            Gateway gateway = new Gateway(site, Optional.of(process), Site.DEVICE, log);
            try {
                site.intoDevice(Site.DEVICE, process, log);
                return gateway;
            } catch (RuntimeException e) {
                gateway.close();
                throw e;
            }
        }
    }

    private static List<String> hev(Path folder, Map<String, String> options) {
        return List.of(written(folder.resolve("hev.yml"), """
                tunnel:
                  name: %s
                  mtu: %s
                  multi-queue: %s
                  ipv4: %s
                socks5:
                  address: %s
                  port: %d
                  udp: 'udp'
                  pipeline: %s
                misc:
                  log-level: error
                  limit-nofile: 20000
                """.formatted(
                        Site.DEVICE,
                        options.getOrDefault("mtu", "8500"),
                        options.getOrDefault("multi-queue", "false"),
                        Site.DEVICE_ADDRESS,
                        Site.PROXY,
                        Site.PROXY_PORT,
                        options.getOrDefault("pipeline", "false"))));
    }

    private static List<String> tun2socks(Path folder, Map<String, String> options) {
        return List.of(
                "-device",
                Site.DEVICE,
                "-proxy",
                "socks5://" + Site.PROXY + ":" + Site.PROXY_PORT,
                "-loglevel",
                "error",
                "-mtu",
                options.getOrDefault("mtu", "1500"));
    }

    private static List<String> badvpn(Path folder, Map<String, String> options) {
        return List.of(
                "--tundev",
                Site.DEVICE,
                "--netif-ipaddr",
                Site.DEVICE_ADDRESS.replaceFirst("[0-9]+$", "2"),
                "--netif-netmask",
                "255.255.255.0",
                "--socks-server-addr",
                Site.PROXY + ":" + Site.PROXY_PORT,
                "--socks5-udp",
                "--loglevel",
                "error");
    }

    private static List<String> singBox(Path folder, Map<String, String> options) {
        String outbound = Sluice.isDirect(options)
                ? "{\"type\": \"direct\", \"routing_mark\": " + Integer.decode(Site.MARK) + "}"
                : "{\"type\": \"socks\", \"server\": \"%s\", \"server_port\": %d}"
                        .formatted(Site.PROXY, Site.PROXY_PORT);
        return List.of("run", "-c", written(folder.resolve("sing-box.json"), """
                {
                  "log": {"level": "error"},
                  "inbounds": [{"type": "tun", "interface_name": "%s", "address": ["%s/24"], "mtu": %s, "stack": "%s", "auto_route": false}],
                  "outbounds": [%s]
                }
                """.formatted(
                        Site.DEVICE,
                        Site.DEVICE_ADDRESS,
                        options.getOrDefault("mtu", "9000"),
                        options.getOrDefault("stack", "mixed"),
                        outbound)));
    }

    private static List<String> xray(Path folder, Map<String, String> options) {
        String outbound = Sluice.isDirect(options)
                ? "{\"protocol\": \"freedom\", \"streamSettings\": {\"sockopt\": {\"mark\": "
                        + Integer.decode(Site.MARK) + "}}}"
                : "{\"protocol\": \"socks\", \"settings\": {\"servers\": [{\"address\": \"%s\", \"port\": %d}]}}"
                        .formatted(Site.PROXY, Site.PROXY_PORT);
        return List.of("run", "-c", written(folder.resolve("xray.json"), """
                {
                  "log": {"loglevel": "error"},
                  "inbounds": [{"protocol": "tun", "settings": {"name": "%s", "mtu": %s}}],
                  "outbounds": [%s]
                }
                """.formatted(
                        Site.DEVICE, options.getOrDefault("mtu", "1500"), outbound)));
    }

    private static String written(Path file, String text) {
        try {
            return Files.writeString(file, text).toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
