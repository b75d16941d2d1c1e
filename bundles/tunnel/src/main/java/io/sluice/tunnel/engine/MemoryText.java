package io.sluice.tunnel.engine;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelProfile;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The memory as text: a first line with the format's number, {@code key=value} lines with percent-encoded values, and a last line with the
 * CRC-32 of everything before it, so that a truncated or damaged file is known as one.
 */
public final class MemoryText {

    private static final String HEADER = "sluice tunnel state 1\n";
    private static final String CHECK = "check=";

    private MemoryText() {}

    /** The text cannot be read; the message says what is wrong with it. */
    public static final class UnreadableException extends Exception {

        private static final long serialVersionUID = 1L;

        UnreadableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    public static String write(Memory memory) {
        Map<String, String> lines = new LinkedHashMap<>();
        memory.profile().ifPresent(p -> profile("profile.", p, lines));
        memory.configured().ifPresent(p -> profile("configured.", p, lines));
        memory.lastError().ifPresent(e -> {
            lines.put("error.cause", e.cause().name());
            lines.put("error.message", e.message());
            lines.put("error.remedy", e.remedy());
            lines.put("error.at", e.at().toString());
        });
        memory.startedAt().ifPresent(at -> lines.put("startedAt", at.toString()));
        memory.held().ifPresent(h -> device("held.", h, lines));
        lines.put("resume", Boolean.toString(memory.resume()));
        lines.put("killSwitch", Boolean.toString(memory.killSwitch()));
        String body = HEADER
                + lines.entrySet().stream()
                        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8) + "\n")
                        .collect(Collectors.joining());
        return body + CHECK + checksum(body) + "\n";
    }

    /** @throws UnreadableException if it is truncated, damaged, or of another format */
    public static Memory read(String text) throws UnreadableException {
        int last = text.lastIndexOf(CHECK);
        if (!text.startsWith(HEADER) || last < 0) {
            throw new UnreadableException("it is truncated or not a tunnel state", null);
        }
        String body = text.substring(0, last);
        if (!text.substring(last).equals(CHECK + checksum(body) + "\n")) {
            throw new UnreadableException("its checksum is wrong", null);
        }
        Map<String, String> lines = new LinkedHashMap<>();
        for (String line : body.substring(HEADER.length()).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                lines.put(
                        line.substring(0, equals),
                        URLDecoder.decode(line.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        try {
            return memory(lines);
        } catch (IllegalArgumentException | DateTimeException | NullPointerException e) {
            throw new UnreadableException("a value in it makes no sense: " + e.getMessage(), e);
        }
    }

    private static Memory memory(Map<String, String> lines) {
        Optional<TunnelError> error = lines.containsKey("error.cause")
                ? Optional.of(new TunnelError(
                        ErrorCause.valueOf(lines.get("error.cause")),
                        lines.get("error.message"),
                        lines.get("error.remedy"),
                        Instant.parse(lines.get("error.at"))))
                : Optional.empty();
        return new Memory(
                profile("profile.", lines),
                profile("configured.", lines),
                error,
                Optional.ofNullable(lines.get("startedAt")).map(Instant::parse),
                lines.containsKey("held.tun.name") ? Optional.of(device("held.", lines)) : Optional.empty(),
                Boolean.parseBoolean(lines.get("resume")),
                // absent in what an earlier version wrote
                Boolean.parseBoolean(lines.get("killSwitch")));
    }

    private static void profile(String at, TunnelProfile profile, Map<String, String> lines) {
        device(at, profile.tun(), lines);
        lines.put(at + "stack", profile.stack());
        lines.put(at + "congestionControl", profile.tcp().congestionControl().name());
        lines.put(at + "abortOnOverflow", Boolean.toString(profile.tcp().abortOnOverflow()));
        lines.put(at + "minPathMtu", Integer.toString(profile.tcp().minPathMtu()));
        lines.put(at + "include", prefixes(profile.include()));
        lines.put(at + "exclude", prefixes(profile.exclude()));
        lines.put(
                at + "nameServers",
                profile.nameServers().stream().map(InetAddress::getHostAddress).collect(Collectors.joining(" ")));
        lines.put(at + "searchDomains", String.join(" ", profile.searchDomains()));
        lines.put(at + "table", Long.toString(profile.table()));
        lines.put(at + "rulePriority", Integer.toString(profile.rulePriority()));
        lines.put(at + "autoRedirect", Boolean.toString(profile.autoRedirect()));
        lines.put(at + "autoStart", Boolean.toString(profile.autoStart()));
    }

    private static Optional<TunnelProfile> profile(String at, Map<String, String> lines) {
        if (!lines.containsKey(at + "stack")) {
            return Optional.empty();
        }
        return Optional.of(new TunnelProfile(
                device(at, lines),
                lines.get(at + "stack"),
                tcp(at, lines),
                prefixes(lines.get(at + "include")),
                prefixes(lines.get(at + "exclude")),
                words(lines.getOrDefault(at + "nameServers", ""))
                        .map(InetAddress::ofLiteral)
                        .toList(),
                words(lines.getOrDefault(at + "searchDomains", "")).toList(),
                Long.parseLong(lines.get(at + "table")),
                Integer.parseInt(lines.get(at + "rulePriority")),
                // An older state has none: false.
                Boolean.parseBoolean(lines.get(at + "autoRedirect")),
                Boolean.parseBoolean(lines.get(at + "autoStart"))));
    }

    /** What an earlier version did not write is as it was then: the default. */
    private static TcpSettings tcp(String at, Map<String, String> lines) {
        TcpSettings defaults = TcpSettings.DEFAULTS;
        return new TcpSettings(
                CongestionAlgorithm.valueOf(lines.getOrDefault(
                        at + "congestionControl", defaults.congestionControl().name())),
                Boolean.parseBoolean(
                        lines.getOrDefault(at + "abortOnOverflow", Boolean.toString(defaults.abortOnOverflow()))),
                Integer.parseInt(lines.getOrDefault(at + "minPathMtu", Integer.toString(defaults.minPathMtu()))));
    }

    private static void device(String at, TunConfig config, Map<String, String> lines) {
        lines.put(at + "tun.name", config.name());
        lines.put(at + "tun.mtu", Integer.toString(config.mtu()));
        lines.put(at + "tun.addresses", prefixes(config.addresses()));
        lines.put(at + "tun.queues", Integer.toString(config.queues()));
        config.descriptor().ifPresent(fd -> lines.put(at + "tun.fd", Integer.toString(fd)));
        lines.put(at + "tun.persistent", Boolean.toString(config.persistent()));
        lines.put(at + "tun.offload", Boolean.toString(config.offload()));
    }

    private static TunConfig device(String at, Map<String, String> lines) {
        String fd = lines.get(at + "tun.fd");
        return new TunConfig(
                lines.get(at + "tun.name"),
                Integer.parseInt(lines.get(at + "tun.mtu")),
                prefixes(lines.get(at + "tun.addresses")),
                Integer.parseInt(lines.get(at + "tun.queues")),
                fd == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(fd)),
                Boolean.parseBoolean(lines.get(at + "tun.persistent")),
                Boolean.parseBoolean(lines.get(at + "tun.offload")));
    }

    private static String prefixes(List<IpPrefix> prefixes) {
        return prefixes.stream().map(IpPrefix::toString).collect(Collectors.joining(" "));
    }

    private static List<IpPrefix> prefixes(String text) {
        return words(text).map(IpPrefix::parse).toList();
    }

    private static Stream<String> words(String text) {
        return Arrays.stream(text.split(" ")).filter(s -> !s.isEmpty());
    }

    private static String checksum(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
