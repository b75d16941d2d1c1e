package io.sluice.proxyserver.fallback;

import io.netty.buffer.ByteBuf;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.Security;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses a fallback as Xray does: by server name (exactly, else the longest configured name that it contains, else the one for any), then by
 * application protocol, then by path; what a name or a protocol has no entry for is taken from the one for any. Immutable.
 */
public final class Fallbacks {

    public static final Fallbacks NONE = new Fallbacks(List.of());

    /** Xray looks no further into a request line. */
    private static final int SEARCHED = 64;

    /** Xray: less is no request line. */
    private static final int LEAST_REQUEST = 18;

    private final Map<String, Map<String, Map<String, Fallback>>> byName = new LinkedHashMap<>();

    public Fallbacks(List<Fallback> fallbacks) {
        for (Fallback fallback : fallbacks) {
            byName.computeIfAbsent(fallback.name(), name -> new LinkedHashMap<>())
                    .computeIfAbsent(fallback.protocol(), protocol -> new LinkedHashMap<>())
                    .put(fallback.path(), fallback);
        }
        Map<String, Map<String, Fallback>> anyName = byName.get("");
        byName.values().forEach(protocols -> inherit(protocols, anyName));
    }

    /** @param lines as {@link Fallback#parse} reads them */
    public static Fallbacks parse(String where, String[] lines) {
        try {
            return new Fallbacks(Arrays.stream(lines).map(Fallback::parse).toList());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + e.getMessage(), e);
        }
    }

    private static void inherit(
            Map<String, Map<String, Fallback>> protocols, Map<String, Map<String, Fallback>> anyName) {
        if (anyName != null && anyName != protocols) {
            anyName.keySet().forEach(p -> protocols.computeIfAbsent(p, protocol -> new LinkedHashMap<>()));
        }
        Map<String, Fallback> anyProtocol = protocols.get("");
        if (anyProtocol != null) {
            protocols.values().forEach(paths -> anyProtocol.forEach(paths::putIfAbsent));
        }
        if (anyName != null && anyName != protocols) {
            anyName.forEach((protocol, paths) -> paths.forEach(protocols.get(protocol)::putIfAbsent));
        }
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }

    /** @param first what the client sent first; borrowed, may be null */
    public Optional<Fallback> choose(Arrival arrival, ByteBuf first) {
        String name =
                arrival.security().flatMap(Security::serverName).orElse("").toLowerCase(Locale.ROOT);
        Map<String, Map<String, Fallback>> protocols = byName.getOrDefault(known(name), byName.get(""));
        if (protocols == null) {
            return Optional.empty();
        }
        String protocol =
                arrival.security().flatMap(Security::protocol).orElse("").toLowerCase(Locale.ROOT);
        Map<String, Fallback> paths = protocols.getOrDefault(protocol, protocols.get(""));
        if (paths == null) {
            return Optional.empty();
        }
        String path = arrival.path().orElseGet(() -> path(first));
        return Optional.ofNullable(paths.getOrDefault(path, paths.get("")));
    }

    private String known(String name) {
        if (name.isEmpty() || byName.containsKey(name)) {
            return name;
        }
        String longest = "";
        for (String configured : byName.keySet()) {
            if (name.contains(configured) && configured.length() > longest.length()) {
                longest = configured;
            }
        }
        return longest;
    }

    /** The path of an HTTP/1 request: what stands between a method of 3 to 7 letters and a space or query; empty if there is none. */
    private static String path(ByteBuf first) {
        if (first == null || first.readableBytes() < LEAST_REQUEST) {
            return "";
        }
        int start = first.readerIndex();
        int end = start + Math.min(SEARCHED, first.readableBytes());
        for (int i = start + 4; i <= start + 8; i++) {
            if (first.getByte(i) == '/' && first.getByte(i - 1) == ' ') {
                for (int j = i + 1; j < end; j++) {
                    byte octet = first.getByte(j);
                    if (octet == '?' || octet == ' ') {
                        return first.toString(i, j - i, StandardCharsets.US_ASCII);
                    }
                    if (octet == '\r' || octet == '\n') {
                        return "";
                    }
                }
                return "";
            }
        }
        return "";
    }
}
