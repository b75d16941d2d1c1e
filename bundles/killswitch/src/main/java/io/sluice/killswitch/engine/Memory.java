package io.sluice.killswitch.engine;

import io.sluice.api.killswitch.KillSwitchMode;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What outlives the process.
 *
 * @param mode in force
 * @param configured the mode that the configuration brought last
 * @param closed whether the filter was closed
 * @param settings of the kernel, as they were before
 */
public record Memory(KillSwitchMode mode, KillSwitchMode configured, boolean closed, Map<String, String> settings) {

    /** Of a machine that never had a kill switch. */
    public static final Memory NONE = new Memory(KillSwitchMode.OFF, KillSwitchMode.OFF, false, Map.of());

    /** Of a file that cannot be read: somebody wanted a kill switch, so the strictest. */
    public static final Memory LOST = new Memory(KillSwitchMode.LOCKDOWN, KillSwitchMode.OFF, true, Map.of());

    private static final String HEADING = "sluice-killswitch 1";
    private static final String SETTING = "setting ";

    public Memory {
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(configured, "configured");
        settings = Map.copyOf(settings);
    }

    public Memory withMode(KillSwitchMode now) {
        return new Memory(now, configured, closed, settings);
    }

    public Memory closed(boolean now, Map<String, String> before) {
        return new Memory(mode, configured, now, before);
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
        return new Memory(takes ? wanted : mode, wanted, closed, settings);
    }

    /** Line by line; the last line tells that it is whole. */
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
        return text.append("end\n").toString();
    }

    /** What {@link #text} wrote; empty if it is not that. */
    public static Optional<Memory> read(String text) {
        String[] lines = text.split("\n", -1);
        if (lines.length < 6 || !lines[0].equals(HEADING) || !text.endsWith("\nend\n")) {
            return Optional.empty();
        }
        try {
            Map<String, String> settings = new TreeMap<>();
            for (int i = 4; i < lines.length - 2; i++) {
                String[] words = lines[i].split(" ");
                if (words.length != 3 || !lines[i].startsWith(SETTING)) {
                    return Optional.empty();
                }
                settings.put(words[1], words[2]);
            }
            return Optional.of(new Memory(
                    mode(value(lines[1], "mode ")),
                    mode(value(lines[2], "configured ")),
                    value(lines[3], "closed ").equals("true"),
                    settings));
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

    private static String word(KillSwitchMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if it is none */
    public static KillSwitchMode mode(String word) {
        return KillSwitchMode.valueOf(word.toUpperCase(Locale.ROOT));
    }
}
