package io.sluice.killswitch.linux;

import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchException.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings of the kernel that go with a closed filter (Documentation/networking/ip-sysctl.rst).
 *
 * <ul>
 *   <li>{@code arp_ignore} 2: a host on the link that asks for the tunnel's address gets no answer (MLLVD-CR-24-03).
 *   <li>{@code src_valid_mark} 1: the reverse path filter looks where a packet with our mark would go, so that a strict one does not drop the answers to
 *       our own sockets.
 *   <li>{@code tcp_mtu_probing} 1: the way to the proxy is the only one left, so where it swallows long packets without a word TCP finds out what fits (RFC 4821);
 *       {@code tcp_base_mss} 512: and with its first guess, also where that is a way of 576 octets (RFC 1122 §3.3.2), for the kernel's next comes after 12 s.
 * </ul>
 */
final class Hardening {

    private static final Logger LOG = LoggerFactory.getLogger(Hardening.class);

    /**
     * One setting.
     *
     * @param weak values that are replaced; others are at least as strict
     */
    private record Setting(String path, String value, List<String> weak) {}

    private static final List<Setting> SETTINGS = List.of(
            new Setting("net/ipv4/conf/all/arp_ignore", "2", List.of("0", "1")),
            new Setting("net/ipv4/conf/all/src_valid_mark", "1", List.of("0")),
            new Setting("net/ipv4/tcp_mtu_probing", "1", List.of("0")),
            new Setting("net/ipv4/tcp_base_mss", "512", List.of("1024")));

    private final Path root;

    /** @param root {@code /proc/sys}, or a picture of it */
    Hardening(Path root) {
        this.root = root;
    }

    /** What was there before, and what {@link #harden} would replace besides; what cannot be read is left out, and {@link #harden} tells of it. */
    Map<String, String> settings(Map<String, String> saved) {
        Map<String, String> before = new TreeMap<>(saved);
        for (Setting setting : SETTINGS) {
            try {
                weak(setting).ifPresent(found -> before.putIfAbsent(setting.path(), found));
            } catch (KillSwitchException e) {
                LOG.debug("{}", e.getMessage());
            }
        }
        return before;
    }

    /** Each by itself: one that cannot be had keeps no other from being set. */
    void harden(Map<String, String> saved) throws KillSwitchException {
        each(setting -> {
            if (weak(setting).isPresent() && saved.containsKey(setting.path())) {
                try {
                    Files.writeString(root.resolve(setting.path()), setting.value());
                } catch (IOException e) {
                    throw refused("set", setting.path(), e);
                }
            }
        });
    }

    /** Something that is done with one setting. */
    @FunctionalInterface
    private interface Deed {
        void on(Setting setting) throws KillSwitchException;
    }

    /** With all of them, whatever becomes of the others; then the first refusal is told, with those that followed. */
    private static void each(Deed deed) throws KillSwitchException {
        List<KillSwitchException> refusals = new ArrayList<>();
        for (Setting setting : SETTINGS) {
            try {
                deed.on(setting);
            } catch (KillSwitchException e) {
                refusals.add(e);
            }
        }
        if (!refusals.isEmpty()) {
            KillSwitchException first = refusals.getFirst();
            String all = refusals.stream().map(KillSwitchException::getMessage).collect(Collectors.joining("; "));
            throw new KillSwitchException(first.code(), all, first);
        }
    }

    /** Its value, if that is to be replaced; a kernel without the setting has nothing to harden. */
    private Optional<String> weak(Setting setting) throws KillSwitchException {
        try {
            return Optional.of(value(root.resolve(setting.path()))).filter(setting.weak()::contains);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw refused("read", setting.path(), e);
        }
    }

    /** In one read: the kernel gives nothing behind the first (fs/proc/proc_sysctl.c), and Files.readString begins with an octet where a file's size is 0. */
    private static String value(Path file) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            String line = reader.readLine();
            return line == null ? "" : line.strip();
        }
    }

    /** Puts back what is still as we set it; what somebody has set since is theirs. */
    void relax(Map<String, String> saved) throws KillSwitchException {
        each(setting -> {
            String before = saved.get(setting.path());
            if (before == null || !setting.weak().contains(before)) {
                return;
            }
            try {
                Path file = root.resolve(setting.path());
                if (value(file).equals(setting.value())) {
                    Files.writeString(file, before);
                }
            } catch (IOException e) {
                throw refused("put back", setting.path(), e);
            }
        });
    }

    private static KillSwitchException refused(String verb, String path, IOException e) {
        return new KillSwitchException(
                Code.FILTER_DENIED,
                "Could not " + verb + " the kernel's setting " + path.replace('/', '.') + ": " + e.getMessage()
                        + ". That needs a writable /proc/sys and root",
                e);
    }
}
