package io.sluice.killswitch.engine;

import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * What outlives the process.
 *
 * @param mode in force
 * @param configured the mode that the configuration brought last
 * @param closed whether the filter was closed
 * @param settings of the kernel, as they were before
 * @param allowance that was configured last: a start knows it before the configuration comes
 * @param tunnel addresses of the tunnel's device, as the last policy named them: it may be there still, and a start closes before anybody names them again
 * @param before empty, unless it is in lockdown because there is no valid configuration, until there is one
 */
public record Memory(
        KillSwitchMode mode,
        KillSwitchMode configured,
        boolean closed,
        Map<String, String> settings,
        Allowance allowance,
        List<IpPrefix> tunnel,
        Optional<Before> before) {

    /** How it stood before it was closed for want of a configuration. */
    public record Before(KillSwitchMode mode, boolean closed) {
        public Before {
            Objects.requireNonNull(mode, "mode");
        }
    }

    /** Of a machine that never had a kill switch. */
    public static final Memory NONE =
            new Memory(KillSwitchMode.OFF, KillSwitchMode.OFF, false, Map.of(), Allowance.NONE, List.of());

    /** Of a file that cannot be read: somebody wanted a kill switch, so the strictest. */
    public static final Memory LOST =
            new Memory(KillSwitchMode.LOCKDOWN, KillSwitchMode.OFF, true, Map.of(), Allowance.NONE, List.of());

    private static final String HEADING = "sluice-killswitch 2";

    /** Of a text without a checksum, which earlier builds wrote. */
    private static final String OLD_HEADING = "sluice-killswitch 1";

    private static final String SETTING = "setting ";
    private static final String ALLOW = "allow ";
    private static final String TUNNEL = "tunnel ";
    private static final String BEFORE = "before ";
    private static final String END = "end";

    public Memory {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(configured, "configured");
        settings = Map.copyOf(settings);
        tunnel = List.copyOf(tunnel);
        Objects.requireNonNull(before, "before");
    }

    public Memory(
            KillSwitchMode mode,
            KillSwitchMode configured,
            boolean closed,
            Map<String, String> settings,
            Allowance allowance,
            List<IpPrefix> tunnel) {
        this(mode, configured, closed, settings, allowance, tunnel, Optional.empty());
    }

    /** By an operator, who decides about everything. */
    public Memory withMode(KillSwitchMode now) {
        return new Memory(now, configured, closed, settings, allowance, tunnel);
    }

    public Memory closed(boolean now, Map<String, String> saved) {
        return new Memory(mode, configured, now, saved, allowance, tunnel, before);
    }

    /** The filter is open, and the kernel's settings are as they were. */
    public Memory opened() {
        return closed(false, Map.of());
    }

    /** With what is allowed now, and where the tunnel is; a machine without a kill switch needs to know of neither. */
    public Memory knowing(Allowance allowed, List<IpPrefix> addresses) {
        return mode == KillSwitchMode.OFF && !closed
                ? new Memory(mode, configured, false, settings, Allowance.NONE, List.of(), before)
                : new Memory(mode, configured, closed, settings, allowed, addresses, before);
    }

    /** With settings that a second record has and this one has not. */
    public Memory alsoBefore(Map<String, String> others) {
        Map<String, String> all = new TreeMap<>(others);
        all.putAll(settings);
        return new Memory(mode, configured, closed, all, allowance, tunnel, before);
    }

    /** Whether the filter is to be closed until the coordinator speaks. */
    public boolean closes() {
        return mode == KillSwitchMode.LOCKDOWN || (mode == KillSwitchMode.AUTO && closed);
    }

    /**
     * Whether the machine has to be closed when it starts, before this process.
     *
     * @param tunnelStarts the tunnel starts with the appliance
     */
    public boolean closedAtBoot(boolean tunnelStarts) {
        return switch (mode) {
            case OFF -> false;
            case AUTO -> closed || tunnelStarts;
            case LOCKDOWN -> true;
        };
    }

    /**
     * What becomes of the mode when the configuration brings this one. The same as before changes nothing: an operator may have decided otherwise since.
     * Another one is taken over unless it is looser and the filter is closed: that needs an operator.
     */
    public Memory configured(KillSwitchMode wanted) {
        boolean takes = wanted != configured && (!closed || wanted.compareTo(mode) >= 0);
        return new Memory(takes ? wanted : mode, wanted, closed, settings, allowance, tunnel, before);
    }

    /** There is no valid configuration to go by: lockdown until there is one, or an operator decides. */
    public Memory provisional() {
        return isProvisional()
                ? this
                : new Memory(
                        KillSwitchMode.LOCKDOWN,
                        configured,
                        closed,
                        settings,
                        allowance,
                        tunnel,
                        Optional.of(new Before(mode, closed)));
    }

    public boolean isProvisional() {
        return before.isPresent();
    }

    /** Whether the other one is in the same mode for the same reason. */
    public boolean sameMode(Memory other) {
        return mode == other.mode && before.equals(other.before);
    }

    /** Whether it would be open if there were a configuration. */
    public boolean closedForWant() {
        return before.filter(b -> !b.closed()).isPresent();
    }

    /**
     * There is a valid configuration. What was closed before waits for an operator if that is looser, what was closed only for want of it does not.
     *
     * @param wanted empty: it says nothing of the kill switch
     */
    public Memory settled(Optional<KillSwitchMode> wanted) {
        Before was = before.orElse(new Before(mode, closed));
        Memory then = new Memory(was.mode(), configured, was.closed(), settings, allowance, tunnel);
        return wanted.map(then::configured).orElse(then).closed(closed, settings);
    }

    /** Line by line; the last line tells that it is whole, by the CRC-32 of those before. */
    public String text() {
        StringBuilder text = new StringBuilder(HEADING).append('\n');
        text.append("mode ").append(word(mode)).append('\n');
        text.append("configured ").append(word(configured)).append('\n');
        text.append("closed ").append(closed).append('\n');
        new TreeMap<>(settings)
                .forEach((name, value) -> text.append(SETTING)
                        .append(name)
                        .append(' ')
                        .append(value)
                        .append('\n'));
        allowance.words().forEach(word -> text.append(ALLOW).append(word).append('\n'));
        tunnel.forEach(address -> text.append(TUNNEL).append(address).append('\n'));
        before.ifPresent(was -> text.append(BEFORE)
                .append(word(was.mode()))
                .append(' ')
                .append(was.closed())
                .append('\n'));
        return text + END + " " + checksum(text.toString()) + "\n";
    }

    private static String checksum(String lines) {
        CRC32 crc = new CRC32();
        crc.update(lines.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    /** Whether it begins and ends as a whole text does. */
    private static boolean whole(String text) {
        int end = text.lastIndexOf("\n" + END) + 1;
        return end > 0
                && (text.startsWith(OLD_HEADING + "\n")
                        ? text.substring(end).equals(END + "\n")
                        : text.startsWith(HEADING + "\n")
                                && text.substring(end).equals(END + " " + checksum(text.substring(0, end)) + "\n"));
    }

    /** What {@link #text} wrote; empty if it is not that. */
    public static Optional<Memory> read(String text) {
        String[] lines = text.split("\n", -1);
        if (lines.length < 6 || !whole(text)) {
            return Optional.empty();
        }
        try {
            Map<String, String> settings = new TreeMap<>();
            List<String> allowed = new ArrayList<>();
            List<IpPrefix> tunnel = new ArrayList<>();
            Optional<Before> before = Optional.empty();
            for (int i = 4; i < lines.length - 2; i++) {
                if (lines[i].startsWith(ALLOW)) {
                    allowed.add(lines[i].substring(ALLOW.length()));
                    continue;
                }
                if (lines[i].startsWith(TUNNEL)) {
                    tunnel.add(IpPrefix.parse(lines[i].substring(TUNNEL.length())));
                    continue;
                }
                String[] words = lines[i].split(" ");
                if (words.length == 3 && lines[i].startsWith(BEFORE)) {
                    before = Optional.of(new Before(mode(words[1]), truth(words[2])));
                    continue;
                }
                if (words.length != 3 || !lines[i].startsWith(SETTING)) {
                    return Optional.empty();
                }
                settings.put(words[1], words[2]);
            }
            return Optional.of(new Memory(
                    mode(value(lines[1], "mode ")),
                    mode(value(lines[2], "configured ")),
                    truth(value(lines[3], "closed ")),
                    settings,
                    Allowance.read(allowed),
                    tunnel,
                    before));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String value(String line, String name) {
        if (!line.startsWith(name)) {
            throw new IllegalArgumentException(line);
        }
        return line.substring(name.length());
    }

    private static boolean truth(String word) {
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(word);
        };
    }

    private static String word(KillSwitchMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if it is none */
    public static KillSwitchMode mode(String word) {
        return KillSwitchMode.valueOf(word.toUpperCase(Locale.ROOT));
    }
}
